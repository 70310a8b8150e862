; Inno Setup 6: a setup program for one user, without administrator. Untested: written without a
; Windows machine at hand. Build the folder first (python packaging\build.py wheel environment
; freeze), then:   iscc /DVersion=0.1.0 packaging\windows\adme-labeler.iss

#ifndef Version
  #error Name the version: iscc /DVersion=0.1.0 adme-labeler.iss
#endif
#define Name "ADME labeler"
#define Root "..\.."
#define Frozen Root + "\build\package\frozen\adme-labeler"

[Setup]
AppId={{6B3E2E0B-6C0B-4B57-9E0C-5C2B7A1F4D21}
AppName={#Name}
AppVersion={#Version}
AppVerName={#Name} {#Version}
AppPublisher=The ADME labeler developers
DefaultDirName={localappdata}\Programs\ADME labeler
DefaultGroupName={#Name}
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
LicenseFile={#Root}\LICENSE
OutputDir={#Root}\dist
OutputBaseFilename=adme-labeler-{#Version}-setup
SetupIconFile={#Root}\build\package\icons\adme-labeler.ico
UninstallDisplayIcon={app}\adme-labeler.exe
Compression=lzma2/max
SolidCompression=yes
WizardStyle=modern
ChangesAssociations=yes
CloseApplications=yes

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "de"; MessagesFile: "compiler:Languages\German.isl"

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[InstallDelete]
; An older version's libraries must not stay beside the new ones.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Frozen}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{autoprograms}\{#Name}"; Filename: "{app}\adme-labeler.exe"
Name: "{autodesktop}\{#Name}"; Filename: "{app}\adme-labeler.exe"; Tasks: desktopicon

[Registry]
Root: HKA; Subkey: "Software\Classes\.adme"; ValueType: string; ValueData: "AdmeLabeler.Project"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.adme"; ValueType: string; ValueName: "Content Type"; ValueData: "application/x-adme-labeler-project"
Root: HKA; Subkey: "Software\Classes\AdmeLabeler.Project"; ValueType: string; ValueData: "ADME labeler project"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\AdmeLabeler.Project\DefaultIcon"; ValueType: string; ValueData: "{app}\adme-labeler.exe,0"
Root: HKA; Subkey: "Software\Classes\AdmeLabeler.Project\shell\open\command"; ValueType: string; ValueData: """{app}\adme-labeler.exe"" ""%1"""

[Run]
Filename: "{app}\adme-labeler.exe"; Description: "{cm:LaunchProgram,{#Name}}"; Flags: nowait postinstall skipifsilent
