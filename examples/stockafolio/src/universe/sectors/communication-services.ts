/** Communication Services: symbol, opening price in USD, name. */
export const communicationServices = `
APP 337.98 AppLovin
CHTR 120.46 Charter Communications
CMCSA 39.52 Comcast
DIS 96.64 Walt Disney Company (The)
ECHO 72.16 EchoStar
FOX 98.01 Fox Corporation (Class B)
FOXA 114.51 Fox Corporation (Class A)
GOOG 74.23 Alphabet Inc. (Class C)
GOOGL 107.54 Alphabet Inc. (Class A)
LYV 333.11 Live Nation Entertainment
META 90.40 Meta Platforms
NFLX 449.62 Netflix
NWS 145.14 News Corp (Class B)
NWSA 152.68 News Corp (Class A)
OMC 96.49 Omnicom Group
PSKY 28.24 Paramount Skydance Corporation
T 77.96 AT&T
TKO 226.34 TKO Group Holdings
TMUS 100.50 T-Mobile US
TTD 47.35 Trade Desk (The)
TTWO 203.29 Take-Two Interactive
VZ 97.56 Verizon
WBD 104.50 Warner Bros. Discovery
`;
