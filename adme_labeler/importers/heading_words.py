"""The vocabulary of headings in drug labels: sources of regular expressions, family by family."""

from __future__ import annotations

TOPIC_WORD = (
    r"(?:absorption|distribution|metabolism|elimination|excretion|bioavailability|"
    r"biotransformation|(?:plasma |serum )?protein binding|tissue distribution|clearance|"
    r"(?:elimination |terminal |plasma )?half[- ]li(?:fe|ves)|metabolites?)"
)
JOIN = r"(?:\s*,\s*and\s+|\s*,\s*|\s+and\s+|\s*/\s*|\s*&\s*)"
WHERE = (
    r"(?:\s+(?:in|of|from|following|after|for)\s+(?:adults?|humans?|man|animals?|plasma|vivo|vitro|"
    r"healthy (?:subjects|volunteers|adults)|the drug|oral administration|[a-z]+ administration))?"
)
TOPIC = (
    rf"(?:(?:oral|systemic|gastrointestinal|percutaneous|subcutaneous|intramuscular|relative|"
    rf"absolute|renal|biliary|hepatic|fecal|drug|first[- ]pass|bioactivation and)\s+)?"
    rf"{TOPIC_WORD}(?:{JOIN}(?:drug\s+)?{TOPIC_WORD})*{WHERE}"
)
FOOD = (
    r"(?:effects?\s+of\s+(?:foods?|meals?|a meal|a high[- ]fat meal)|food[- ]effects?|"
    r"effect\s+on\s+food)(?:\s+on\s+(?:the\s+)?[\w ]{3,50})?|food(?:/|\s+and\s+)antacid\s+effects"
)
PK = (
    r"(?:(?:general|clinical|human|single[- ]dose|multiple[- ]dose|population)\s+)?"
    r"pharmacokinetic(?:s|\s+properties|\s+parameters|\s+characteristics|\s+profile|\s+studies)?"
    r"(?:\s*(?:and|/|&)\s*(?:drug\s+)?(?:metabolism|bioavailability|pharmacodynamics))?"
    r"(?:\s+(?:in|of|following|after)\s+[\w ,-]{3,60})?(?:\s+section)?"
)
MAJOR = (
    r"mechanisms?\s+of\s+action|modes?\s+of\s+action|pharmacodynamics?(?:\s+effects?)?|"
    r"clinical\s+pharmacology|microbiology|"
    r"immunogenicity|pharmacogenomics|clinical\s+(?:studies|trials)|human\s+pharmacology|"
    r"animal\s+pharmacology|non[- ]?clinical\s+toxicology|cardiac\s+electrophysiology|"
    r"(?:antimicrobial|antiviral|antibacterial)\s+activity|hemodynamics|"
    r"exposure[- ]response(?:\s+relationships?)?|pharmacokinetic/pharmacodynamic\s+relationships?|"
    r"susceptibility\s+test(?:s|ing)(?:\s+methods)?|"
    r"indications\s+and\s+usage|contraindications|warnings(?:\s+and\s+precautions)?|precautions|"
    r"adverse\s+reactions|dosage\s+and\s+administration|overdosage|how\s+supplied|description"
)
POPULATIONS = (
    r"(?:(?:use\s+in\s+)?(?:specific|special|other\s+special)\s+(?:patient\s+)?populations?|"
    r"patient\s+factors)"
)
WHO = (
    r"(?:patients?|subjects?|individuals|populations?|adults|adolescents|children|infants|neonates|"
    r"volunteers)"
)
ILL = (
    r"(?:renal(?:ly)?|hepatic(?:ally)?|kidney|liver)\s+(?:impair(?:ment|ed)|insufficiency|disease|"
    r"failure|dysfunction|function)"
)
POPULATION = (
    rf"(?:{WHO}\s+with\s+)?(?:(?:mild|moderate|severe|chronic|end[- ]stage)\s+)?{ILL}"
    rf"(?:\s+(?:and|or)(?:/or)?\s+{ILL})?(?:\s+{WHO})?|"
    rf"(?:renal|hepatic)\s+(?:and|or)\s+(?:renal|hepatic)\s+(?:impairment|insufficiency|disease)|"
    rf"(?:male|female)(?:\s+and\s+(?:male|female)|\s+vs\.?\s+female)?\s+{WHO}|"
    r"male\s+and\s+female|"
    rf"(?:pediatric|geriatric|elderly|adolescent|adult|obese|pregnant|lactating|japanese|asian)"
    rf"(?:\s+(?:and\s+\w+\s+)?{WHO}|\s+use)?(?:\s+with\s+[\w\s]{{3,40}})?|"
    r"pediatrics|geriatrics|children|adolescents|neonates|age|gender|sex|race|ethnicity|"
    r"(?:age|gender|sex|race|body\s+weight|weight|ethnicity|ethnic\s+groups?|ethnic\s+origin)"
    r"(?:(?:,\s*(?:and\s+)?|\s+and\s+|\s*/\s*|\s+or\s+)"
    r"(?:age|gender|sex|race|body\s+weight|weight|ethnicity|ethnic\s+groups?|ethnic\s+origin))+|"
    r"rac(?:e|ial)\s+(?:or|and)\s+ethnic(?:ity)?(?:\s+(?:groups?|origin))?|"
    r"pediatrics\s+patients|(?:poor|extensive|intermediate|ultra-?rapid)\s+metaboli[sz]ers|"
    r"body\s+weight|obesity|smoking|smokers|pregnancy|lactation|nursing\s+mothers|hemodialysis|dialysis|"
    r"cyp2[cd]\d+\s+poor\s+metabolizers|poor\s+metabolizers"
)
INTERACTION = (
    r"(?:(?:assessment|evaluation|potential)\s+(?:of|for)\s+)?(?:clinical\s+)?"
    r"(?:pharmacokinetic\s+)?drug(?:[-–/ ]+drug)?\s+interactions?"
    r"(?:\s+(?:studies|trials|data|potential))?"
    r"|pharmacokinetic\s+interactions?|interactions?\s+with\s+other\s+drugs"
    r"|food[-–/ ]drug\s+interactions?"
)
NOT_EVALUATED = (
    r"in\s+vitro\s+studies\s+where\s+drug\s+interaction\s+potential\s+was\s+not\s+further\s+evaluated"
    r"(?:\s+clinically)?"
)
INTERACTION_SUB = (
    rf"{NOT_EVALUATED}|"
    r"in[\s-]vitro\s+(?:drug\s+interaction\s+)?(?:studies|assessments?|data|metabolism\s+studies)"
    r"(?:\s+(?:of|where|in)\s[\w\s-]{3,80})?|"
    r"(?-i:In Vi(?:tro|vo)|IN VI(?:TRO|VO))|"
    r"in\s+vivo\s+(?:studies|assessments?|data)(?:\s+of\s+drug\s+interactions)?|"
    r"clinical\s+studies(?:\s+and\s+model[- ]informed\s+approaches)?|"
    r"in\s+vitro\s+assessment\s+of\s+drug\s+interactions|"
    r"(?:drug\s+)?transporters?(?:\s+(?:systems?|studies|proteins))?|"
    r"(?:cytochrome\s+p[- ]?450|cyp(?:\s?\d\w+)?(?:/\d\w+)?|ugt|p[- ]glycoprotein|transporter)"
    r"(?:\s*\((?:cyp|p-gp|ugt)(?:450)?\))?(?:\s+enzymes?)?"
    r"(?:\s+(?:systems?|inhibitors?|inducers?|substrates?|enzymes?|studies|inhibition|induction|"
    r"interactions|inhibition\s+and\s+induction))|"
    r"(?:strong|moderate|weak|potent)(?:\s+(?:and|or)\s+(?:strong|moderate|weak))?\s+"
    r"(?:dual\s+)?(?:cyp\w+|p-gp)\s+(?:inhibitors?|inducers?)|"
    r"effects?\s+of\s+(?!food|a\s+(?:high|meal)|meals?)[\w\s,/-]{3,60}?\s+on\s+[\w\s,/-]{3,60}|"
    r"effects?\s+on\s+other\s+drugs|other\s+drugs"
)
SUB = r"accumulation|dose[- ](?:proportionality|linearity)|linearity|steady[- ]state|tolerance"

# Headings that only a line of its own can be: in running text no one knows where they end, or
# they are words that sentences begin with.
LINE_POPULATION = (
    r"(?!.*\b(?:was|were|is|are|had|have|has|received|should|may|can|must|showed|who|did|do)\b)"
    r"(?:(?:adult|pediatric|elderly|non-elderly)\s+)?"
    r"(?:patients?|subjects?|individuals|women|men|adults|children|infants)\s+"
    r"(?:(?:with|on|undergoing|receiving|aged)\s+|(?=[<>≥≤\d]))[\w\s,/()<>≥≤-]{3,60}|"
    r"(?:healthy\s+)?(?:adults|men|women|males|females|infants|newborns|elderly|volunteers)|"
    r"(?:adults|men|women)\s+and\s+(?:adults|men|women|adolescents|children)|"
    r"rac(?:e|ial)(?:\s+(?:groups?|differences)|\s*/\s*ethnicity)|"
    r"(?:adolescents?|adults?)\s+and\s+pediatric\s+(?:patients|subjects)|"
    r"(?:pediatric|geriatric|neonatal|adolescent)\s+(?:pharmacokinetics|pharmacology)|"
    r"(?:age|gender|sex|race|weight):\s*[\w\s]{3,40}|"
    r"(?:\d+\s+)?(?:(?:days?|weeks?|months?|years?)\s+)?(?:to|through)\s+(?:<\s*)?\d+\s+"
    r"(?:months?|years?)\s+of\s+age|(?:poor|extensive|intermediate|ultra-?rapid)\s+cyp\w+\s+metaboli[sz]ers|"
    r"male\s+(?:and|or)\s+female(?:\s+patients)?\s+and\s+racial\s+(?:and|or)\s+ethnic\s+groups|"
    r"treatment-(?:na[iï]ve|experienced)\s+[\w\s]{3,40}"
)
LINE_MAJOR = (
    r"actions?(?:\s*/\s*clinical\s+pharmacology)?|clinical\s+pharmacology\s+section|"
    r"(?:general\s+)?pharmacology(?:\s+and\s+mechanism\s+of\s+action)?|"
    r"general\s+pharmacologic(?:al)?\s+properties|"
    r"mechanisms?\s+of\s+(?:action\s+and\s+pharmacology|resistance)|other\s+pharmacologic\s+actions|"
    r"(?:drug\s+|cross[- ]?|pretreatment\s+)?resistance|resistance\s+and\s+cross[- ]resistance|"
    r"(?:dilution|diffusion|anaerobic)\s+techniques?|quality\s+control|"
    r"susceptibility\s+test[\w\s]*|(?:description\s+of\s+|pediatric\s+|in\s+)?"
    r"clinical\s+(?:studies|trials?)(?:\s*[-–]\s*[\w\s]{3,60})?|special\s+studies"
)
LINE_PK = (
    r"metabolism\s+and\s+pharmacokinetics|pharmacokinetic\s+information|"
    r"pharmacokinetics\s+and\s+bioavailability(?:\s+studies)?"
)
LINE_TOPIC = (
    r"comparative\s+bioavailability(?:\s+summary)?|bioequivalence(?:\s+studies)?|"
    r"(?:rate|extent|site)\s+(?:and\s+extent\s+)?of\s+absorption|routes?\s+of\s+(?:elimination|excretion)"
)
LINE_INTERACTION = (
    r"interactions?|studies\s+with\s+(?:transporters|substrates\s+[\w\s()-]{3,60})|"
    r"(?:bcrp|mate\w*|oatp?\w*|oct\d?|bsep)\s+(?:substrates?|inhibitors?|inducers?)|"
    r"(?:substrates?|inhibitors?|inducers?)\s+of\s+[\w\s,/-]{3,40}|"
    r"(?:inhibit|induce)\s+[\w\s-]{3,40}\s+(?:enzymes|transporters)|drugs?\s+metaboli[sz]ed\s+by\s+[\w\s,/-]{3,40}|"
    r"potential\s+for\s+[\w\s,/-]{3,50}\s+to\s+(?:affect|influence|inhibit|induce)\s+[\w\s,/-]{3,60}|"
    r"(?:(?:strong|moderate|weak|dual|and|or|/)\s*)*(?:cyp\w+|p-gp|ugt\w*)"
    r"(?:(?:,|\s+and|\s+or|/)\s*(?:cyp\w+|p-gp|ugt\w*))*\s+(?:inhibitors?|inducers?|substrates?)"
    r"(?:(?:\s+and\s+|\s+or\s+|/)(?:inhibitors?|inducers?|substrates?))*|"
    r"co-?administration\s+(?:of|with)\s+[\w\s,/-]{3,80}"
)
