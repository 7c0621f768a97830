/** Materials: symbol, opening price in USD, name. */
export const materials = `
ALB 46.02 Albemarle Corporation
AMCR 105.54 Amcor
APD 68.25 Air Products
AVY 84.78 Avery Dennison
BALL 84.62 Ball Corporation
CF 91.23 CF Industries
CRH 87.09 CRH plc
CTVA 54.59 Corteva
DOW 112.10 Dow Inc.
ECL 285.74 Ecolab
FCX 82.78 Freeport-McMoRan
IFF 398.27 International Flavors & Fragrances
IP 44.52 International Paper
LIN 281.81 Linde plc
LYB 119.19 LyondellBasell
MLM 32.68 Martin Marietta Materials
MOS 65.19 Mosaic Company (The)
NEM 101.94 Newmont
NUE 111.29 Nucor
PKG 59.19 Packaging Corporation of America
PPG 61.36 PPG Industries
SHW 308.41 Sherwin-Williams
STLD 161.73 Steel Dynamics
SW 190.81 Smurfit Westrock
VMC 371.11 Vulcan Materials Company
`;
