/** Information Technology: symbol, opening price in USD, name. */
export const informationTechnology = `
AAPL 24.04 Apple Inc.
ACN 128.82 Accenture
ADBE 226.66 Adobe Inc.
ADI 69.36 Analog Devices
ADSK 64.07 Autodesk
AKAM 425.87 Akamai Technologies
AMAT 71.22 Applied Materials
AMD 281.87 Advanced Micro Devices
ANET 73.76 Arista Networks
APH 65.26 Amphenol
AVGO 112.24 Broadcom
CDNS 161.63 Cadence Design Systems
CDW 124.03 CDW Corporation
CIEN 123.52 Ciena
COHR 57.60 Coherent Corp.
CRM 173.05 Salesforce
CRWD 58.43 CrowdStrike
CSCO 138.51 Cisco
CTSH 169.22 Cognizant
DDOG 41.38 Datadog
DELL 52.97 Dell Technologies
FFIV 97.26 F5, Inc.
FICO 133.26 Fair Isaac
FLEX 258.32 Flex Ltd.
FSLR 53.55 First Solar
FTNT 62.92 Fortinet
GDDY 213.37 GoDaddy
GEN 96.48 Gen Digital
GLW 40.64 Corning Inc.
HPE 34.97 Hewlett Packard Enterprise
HPQ 30.01 HP Inc.
IBM 137.51 IBM
INTC 72.54 Intel
INTU 198.09 Intuit
IT 131.11 Gartner
JBL 55.87 Jabil
KEYS 18.93 Keysight Technologies
KLAC 54.27 KLA Corporation
LITE 55.71 Lumentum
LRCX 54.56 Lam Research
MCHP 28.67 Microchip Technology
MPWR 142.36 Monolithic Power Systems
MRVL 57.71 Marvell Technology
MSFT 157.77 Microsoft
MSI 287.75 Motorola Solutions
MU 139.43 Micron Technology
NOW 133.35 ServiceNow
NTAP 383.47 NetApp
NVDA 178.44 Nvidia
NXPI 188.09 NXP Semiconductors
ON 327.45 ON Semiconductor
ORCL 261.05 Oracle Corporation
PANW 72.69 Palo Alto Networks
PLTR 15.72 Palantir Technologies
PTC 159.48 PTC Inc.
Q 94.49 Qnity Electronics
QCOM 57.77 Qualcomm
ROP 40.79 Roper Technologies
SMCI 60.01 Supermicro
SNDK 99.26 Sandisk
SNPS 44.55 Synopsys
STX 100.24 Seagate Technology
SWKS 217.16 Skyworks Solutions
TDY 49.57 Teledyne Technologies
TEL 188.36 TE Connectivity
TER 58.33 Teradyne
TRMB 17.98 Trimble Inc.
TXN 79.32 Texas Instruments
TYL 144.71 Tyler Technologies
VRSN 96.59 Verisign
WDAY 95.91 Workday, Inc.
WDC 37.06 Western Digital
ZBRA 49.03 Zebra Technologies
`;
