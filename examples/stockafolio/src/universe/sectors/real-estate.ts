/** Real Estate: symbol, opening price in USD, name. */
export const realEstate = `
AMT 55.47 American Tower
ARE 37.31 Alexandria Real Estate Equities
AVB 221.32 AvalonBay Communities
BXP 50.56 BXP, Inc.
CBRE 66.93 CBRE Group
CCI 264.04 Crown Castle
CPT 136.61 Camden Property Trust
CSGP 58.13 CoStar Group
DLR 33.33 Digital Realty
DOC 77.79 Healthpeak Properties
EQIX 74.62 Equinix
EQR 103.88 Equity Residential
ESS 71.08 Essex Property Trust
EXR 145.80 Extra Space Storage
FRT 103.54 Federal Realty Investment Trust
HST 55.94 Host Hotels & Resorts
INVH 55.38 Invitation Homes
IRM 313.40 Iron Mountain
KIM 225.48 Kimco Realty
MAA 39.69 Mid-America Apartment Communities
O 339.46 Realty Income
PLD 100.56 Prologis
PSA 193.39 Public Storage
REG 41.05 Regency Centers
SBAC 203.59 SBA Communications
SPG 546.29 Simon Property Group
UDR 168.53 UDR, Inc.
VICI 160.23 Vici Properties
VTR 80.46 Ventas
WELL 107.03 Welltower
WY 147.72 Weyerhaeuser
`;
