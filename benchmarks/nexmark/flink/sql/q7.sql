SELECT bid.auction, bid.price, bid.bidder, bid.dateTime, bid.extra
FROM bid
JOIN (
  SELECT MAX(price) AS highest, CAST(window_end AS TIMESTAMP_LTZ(3)) AS ending
  FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(dateTime), INTERVAL '10' SECOND))
  GROUP BY window_start, window_end
) AS periods
ON bid.price = periods.highest
WHERE bid.dateTime BETWEEN periods.ending - INTERVAL '10' SECOND AND periods.ending
