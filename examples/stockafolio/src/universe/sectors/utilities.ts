/** Utilities: symbol, opening price in USD, name. */
export const utilities = `
AEE 156.84 Ameren
AEP 259.22 American Electric Power
AES 51.05 AES Corporation
ATO 113.50 Atmos Energy
AWK 106.30 American Water Works
CEG 272.49 Constellation Energy
CMS 151.31 CMS Energy
CNP 267.57 CenterPoint Energy
D 302.23 Dominion Energy
DTE 93.07 DTE Energy
DUK 120.76 Duke Energy
ED 308.50 Consolidated Edison
EIX 304.91 Edison International
ES 108.58 Eversource Energy
ETR 38.13 Entergy
EVRG 370.01 Evergy
EXC 318.53 Exelon
FE 93.81 FirstEnergy
LNT 105.54 Alliant Energy
NEE 77.00 NextEra Energy
NI 438.90 NiSource
NRG 78.32 NRG Energy
PCG 232.77 PG&E Corporation
PEG 368.99 Public Service Enterprise Group
PNW 38.72 Pinnacle West Capital
PPL 64.25 PPL Corporation
SO 32.64 Southern Company
SRE 123.27 Sempra
VST 135.95 Vistra Corp.
WEC 76.73 WEC Energy Group
XEL 73.42 Xcel Energy
`;
