/** Financials: symbol, opening price in USD, name. */
export const financials = `
ACGL 112.65 Arch Capital Group
AFL 111.28 Aflac
AIG 786.64 American International Group
AIZ 80.80 Assurant
AJG 308.97 Arthur J. Gallagher & Co.
ALL 75.22 Allstate
AMP 77.74 Ameriprise Financial
AON 84.81 Aon plc
APO 38.74 Apollo Global Management
ARES 46.77 Ares Management
AXP 49.85 American Express
BAC 86.48 Bank of America
BEN 50.08 Franklin Resources
BLK 244.82 BlackRock
BNY 31.99 BNY Mellon
BRK.B 181.13 Berkshire Hathaway
BRO 40.07 Brown & Brown
BX 38.77 Blackstone Inc.
C 141.07 Citigroup
CB 185.54 Chubb Limited
CBOE 181.03 Cboe Global Markets
CFG 169.94 Citizens Financial Group
CINF 96.11 Cincinnati Financial
CME 141.63 CME Group
COF 436.13 Capital One
COIN 35.69 Coinbase
CPAY 73.31 Corpay
EG 69.01 Everest Group
ERIE 36.54 Erie Indemnity
FDS 153.40 FactSet
FIS 49.37 Fidelity National Information Services
FISV 75.14 Fiserv
FITB 57.40 Fifth Third Bancorp
GL 152.19 Globe Life
GPN 120.76 Global Payments
GS 139.20 Goldman Sachs
HBAN 583.54 Huntington Bancshares
HIG 284.36 Hartford (The)
HOOD 84.85 Robinhood Markets
IBKR 51.27 Interactive Brokers
ICE 105.63 Intercontinental Exchange
IVZ 37.51 Invesco
JKHY 82.64 Jack Henry & Associates
JPM 40.57 JPMorgan Chase
KEY 50.61 KeyCorp
KKR 62.73 KKR & Co.
L 131.06 Loews Corporation
MA 116.49 Mastercard
MCO 80.20 Moody's Corporation
MET 115.99 MetLife
MRSH 136.89 Marsh McLennan
MS 41.46 Morgan Stanley
MSCI 47.07 MSCI Inc.
MTB 113.90 M&T Bank
NDAQ 298.55 Nasdaq, Inc.
NTRS 61.02 Northern Trust
PFG 83.93 Principal Financial Group
PGR 34.99 Progressive Corporation
PNC 139.07 PNC Financial Services
PRU 92.34 Prudential Financial
PYPL 81.27 PayPal
RF 199.05 Regions Financial Corporation
RJF 76.10 Raymond James Financial
SCHW 246.51 Charles Schwab Corporation
SPGI 121.55 S&P Global
STT 105.79 State Street Corporation
SYF 212.39 Synchrony Financial
TFC 149.39 Truist Financial
TROW 131.34 T. Rowe Price
TRV 252.18 Travelers Companies (The)
USB 50.76 U.S. Bancorp
V 87.66 Visa Inc.
WFC 116.69 Wells Fargo
WRB 350.74 W. R. Berkley Corporation
WTW 104.21 Willis Towers Watson
XYZ 131.56 Block, Inc.
`;
