SELECT bid.auction, bid.price, bid.bidder, bid.dateTime, bid.extra
FROM bid
JOIN (
  SELECT MAX(price) AS highest, window_time AS ending
  FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(dateTime), INTERVAL '10' SECOND))
  GROUP BY window_start, window_end, window_time
) AS periods
ON bid.price = periods.highest
WHERE bid.dateTime BETWEEN periods.ending - INTERVAL '9.999' SECOND AND periods.ending + INTERVAL '0.001' SECOND
