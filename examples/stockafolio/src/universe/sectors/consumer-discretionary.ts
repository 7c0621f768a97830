/** Consumer Discretionary: symbol, opening price in USD, name. */
export const consumerDiscretionary = `
ABNB 72.70 Airbnb
AMZN 105.08 Amazon
APTV 67.78 Aptiv
AZO 67.07 AutoZone
BBY 278.53 Best Buy
BKNG 54.81 Booking Holdings
CCL 144.07 Carnival Corporation
CMG 157.79 Chipotle Mexican Grill
CVNA 92.54 Carvana
DASH 42.60 DoorDash
DECK 28.35 Deckers Brands
DHI 224.59 D. R. Horton
DPZ 131.86 Domino's
DRI 883.77 Darden Restaurants
EBAY 159.78 eBay Inc.
EXPE 271.99 Expedia Group
F 61.71 Ford Motor Company
GM 87.69 General Motors
GPC 11.05 Genuine Parts Company
GRMN 35.29 Garmin
HAS 94.63 Hasbro
HD 103.16 Home Depot (The)
HLT 225.28 Hilton Worldwide
LEN 82.70 Lennar
LOW 61.17 Lowe's
LULU 245.27 Lululemon Athletica
LVS 212.14 Las Vegas Sands
MAR 152.56 Marriott International
MCD 135.46 McDonald's
MGM 99.41 MGM Resorts
NCLH 129.77 Norwegian Cruise Line Holdings
NKE 35.02 Nike, Inc.
NVR 162.33 NVR, Inc.
ORLY 66.01 O’Reilly Automotive
PHM 59.36 PulteGroup
RCL 136.93 Royal Caribbean Group
RL 187.13 Ralph Lauren Corporation
ROST 127.96 Ross Stores
SBUX 798.04 Starbucks
TJX 95.57 TJX Companies
TPR 40.06 Tapestry, Inc.
TSCO 26.19 Tractor Supply
TSLA 59.22 Tesla, Inc.
ULTA 70.26 Ulta Beauty
WSM 37.24 Williams-Sonoma, Inc.
WYNN 151.62 Wynn Resorts
YUM 31.98 Yum! Brands
`;
