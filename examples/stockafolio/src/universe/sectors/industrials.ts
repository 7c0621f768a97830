/** Industrials: symbol, opening price in USD, name. */
export const industrials = `
ADP 55.61 Automatic Data Processing
ALLE 236.24 Allegion
AME 653.16 Ametek
AOS 69.38 A. O. Smith
AXON 35.32 Axon Enterprise
BA 105.10 Boeing
BLDR 115.90 Builders FirstSource
BR 205.03 Broadridge Financial Solutions
CARR 355.67 Carrier Global
CAT 76.70 Caterpillar Inc.
CHRW 109.71 C.H. Robinson
CMI 100.46 Cummins
CPRT 269.22 Copart
CSX 111.36 CSX Corporation
CTAS 100.62 Cintas
DAL 69.69 Delta Air Lines
DD 158.49 DuPont
DE 34.19 Deere & Company
DOV 84.17 Dover Corporation
EFX 84.82 Equifax
EME 116.39 Emcor
EMR 93.86 Emerson Electric
ETN 283.58 Eaton Corporation
EXPD 138.72 Expeditors International
FAST 112.59 Fastenal
FDX 101.60 FedEx
FDXF 355.07 FedEx Freight
FERG 46.64 Ferguson Enterprises
FIX 91.22 Comfort Systems USA
FTV 93.31 Fortive
GD 44.98 General Dynamics
GE 173.28 GE Aerospace
GEV 474.71 GE Vernova
GNRC 92.02 Generac
GWW 159.40 W. W. Grainger
HII 17.52 Huntington Ingalls Industries
HON 181.18 Honeywell Technologies
HONA 26.21 Honeywell Aerospace
HUBB 215.61 Hubbell Incorporated
HWM 124.23 Howmet Aerospace
IEX 264.76 IDEX Corporation
IR 77.81 Ingersoll Rand
ITW 277.06 Illinois Tool Works
J 235.00 Jacobs Solutions
JBHT 150.69 J.B. Hunt
JCI 252.37 Johnson Controls
LDOS 100.51 Leidos
LHX 89.88 L3Harris
LII 224.40 Lennox International
LMT 22.76 Lockheed Martin
LUV 44.54 Southwest Airlines
MAS 175.99 Masco
MMM 159.49 3M
NDSN 116.85 Nordson Corporation
NOC 70.48 Northrop Grumman
NSC 146.29 Norfolk Southern
ODFL 317.52 Old Dominion
OTIS 361.44 Otis Worldwide
PAYX 216.89 Paychex
PCAR 61.85 Paccar
PH 83.07 Parker Hannifin
PNR 29.46 Pentair
PWR 95.13 Quanta Services
ROK 106.57 Rockwell Automation
ROL 212.26 Rollins, Inc.
RSG 66.94 Republic Services
RTX 98.81 RTX Corporation
SNA 80.97 Snap-on
SWK 79.45 Stanley Black & Decker
TDG 62.34 TransDigm Group
TT 32.34 Trane Technologies
TXT 361.80 Textron
UAL 42.95 United Airlines Holdings
UBER 60.00 Uber
UNP 22.08 Union Pacific Corporation
UPS 226.54 United Parcel Service
URI 273.54 United Rentals
VLTO 113.96 Veralto
VRSK 91.11 Verisk Analytics
VRT 208.77 Vertiv
WAB 74.90 Wabtec
WM 274.40 Waste Management
XYL 566.20 Xylem Inc.
`;
