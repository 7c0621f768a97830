/** Energy: symbol, opening price in USD, name. */
export const energy = `
APA 95.79 APA Corporation
BKR 49.05 Baker Hughes
COP 268.53 ConocoPhillips
CVX 30.50 Chevron Corporation
DVN 114.34 Devon Energy
EOG 232.06 EOG Resources
EQT 54.01 EQT Corporation
EXE 88.20 Expand Energy
FANG 132.37 Diamondback Energy
HAL 151.88 Halliburton
KMI 35.70 Kinder Morgan
MPC 224.07 Marathon Petroleum
OKE 397.61 Oneok
OXY 117.03 Occidental Petroleum
PSX 53.27 Phillips 66
SLB 231.82 Schlumberger
TPL 534.15 Texas Pacific Land Corporation
TRGP 29.97 Targa Resources
VLO 336.22 Valero Energy
WMB 201.93 Williams Companies
XOM 38.01 ExxonMobil
`;
