/** Health Care: symbol, opening price in USD, name. */
export const healthCare = `
A 48.07 Agilent Technologies
ABBV 187.15 AbbVie
ABT 159.46 Abbott Laboratories
ALGN 55.92 Align Technology
AMGN 223.62 Amgen
BAX 112.80 Baxter International
BDX 147.96 Becton Dickinson
BIIB 139.14 Biogen
BMY 63.25 Bristol Myers Squibb
BSX 83.18 Boston Scientific
CAH 43.98 Cardinal Health
CI 133.41 Cigna
CNC 29.15 Centene Corporation
COO 89.39 Cooper Companies (The)
COR 86.83 Cencora
CRL 183.82 Charles River Laboratories
CVS 136.00 CVS Health
DGX 16.83 Quest Diagnostics
DHR 68.91 Danaher Corporation
DVA 309.87 DaVita
DXCM 60.73 Dexcom
ELV 427.31 Elevance Health
EW 66.15 Edwards Lifesciences
GEHC 422.97 GE HealthCare
GILD 208.15 Gilead Sciences
HCA 114.70 HCA Healthcare
HSIC 415.49 Henry Schein
HUM 49.01 Humana
IDXX 43.76 Idexx Laboratories
INCY 61.14 Incyte
IQV 133.80 IQVIA
ISRG 57.80 Intuitive Surgical
JNJ 161.34 Johnson & Johnson
LH 93.84 Labcorp
LLY 125.57 Lilly (Eli)
MCK 175.46 McKesson Corporation
MDT 131.62 Medtronic
MRK 69.99 Merck & Co.
MRNA 239.85 Moderna
MTD 268.87 Mettler Toledo
PFE 298.71 Pfizer
PODD 136.79 Insulet Corporation
REGN 140.95 Regeneron Pharmaceuticals
RMD 148.81 ResMed
RVTY 346.43 Revvity
SOLV 173.09 Solventum
STE 49.71 Steris
SYK 138.88 Stryker Corporation
TECH 145.61 Bio-Techne
TMO 117.36 Thermo Fisher Scientific
UHS 257.33 Universal Health Services
UNH 73.37 UnitedHealth Group
VEEV 89.56 Veeva Systems
VRTX 136.26 Vertex Pharmaceuticals
VTRS 335.90 Viatris
WAT 123.99 Waters Corporation
WST 195.37 West Pharmaceutical Services
ZBH 113.01 Zimmer Biomet
ZTS 33.67 Zoetis
`;
