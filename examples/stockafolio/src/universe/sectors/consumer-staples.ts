/** Consumer Staples: symbol, opening price in USD, name. */
export const consumerStaples = `
ADM 281.61 Archer Daniels Midland
BF.B 236.20 Brown–Forman
BG 55.75 Bunge Global
CASY 244.12 Casey's
CHD 370.79 Church & Dwight
CL 79.69 Colgate-Palmolive
CLX 143.27 Clorox
COST 142.18 Costco
DG 139.23 Dollar General
DLTR 208.16 Dollar Tree
EL 276.89 Estée Lauder Companies (The)
GIS 579.79 General Mills
HRL 40.64 Hormel Foods
HSY 168.82 Hershey Company (The)
KDP 47.10 Keurig Dr Pepper
KHC 121.31 Kraft Heinz
KMB 122.40 Kimberly-Clark
KO 375.80 Coca-Cola Company (The)
KR 234.38 Kroger
KVUE 45.32 Kenvue
MDLZ 251.55 Mondelez International
MKC 85.68 McCormick & Company
MNST 31.99 Monster Beverage
MO 60.07 Altria
PEP 215.45 PepsiCo
PG 177.89 Procter & Gamble
PM 18.76 Philip Morris International
SJM 31.70 J.M. Smucker Company (The)
STZ 168.92 Constellation Brands
SYY 88.09 Sysco
TAP 121.70 Molson Coors Beverage Company
TGT 142.52 Target Corporation
TSN 122.27 Tyson Foods
WMT 351.47 Walmart
`;
