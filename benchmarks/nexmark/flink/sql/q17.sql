SELECT
  auction,
  DATE_FORMAT(dateTime, 'yyyy-MM-dd') AS `day`,
  COUNT(*) AS totalBids,
  COUNT(*) FILTER (WHERE price < 10000) AS rank1Bids,
  COUNT(*) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2Bids,
  COUNT(*) FILTER (WHERE price >= 1000000) AS rank3Bids,
  MIN(price) AS minPrice,
  MAX(price) AS maxPrice,
  AVG(price) AS avgPrice,
  SUM(price) AS sumPrice
FROM bid
GROUP BY auction, DATE_FORMAT(dateTime, 'yyyy-MM-dd')
