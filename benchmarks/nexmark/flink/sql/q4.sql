SELECT category, AVG(final) AS final
FROM (
  SELECT auction.category AS category, MAX(bid.price) AS final
  FROM auction JOIN bid ON auction.id = bid.auction
  WHERE bid.dateTime BETWEEN auction.dateTime AND auction.expires
  GROUP BY auction.id, auction.category
)
GROUP BY category
