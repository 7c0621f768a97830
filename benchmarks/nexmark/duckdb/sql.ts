/** Nexmark's queries in the SQL of DuckDB. Times are epoch milliseconds, prices in euros ten-thousandths. */

const day = (time: string): string => `strftime(make_timestamp(${time} * 1000), '%Y-%m-%d')`;
const minute = (time: string): string => `strftime(make_timestamp(${time} * 1000), '%H:%M')`;
const euros = (price: string): string => `CAST(0.908 * ${price} * 10000 AS BIGINT)`;

const bid = 'auction, number, bidder, price, dateTime, extra';

const winners = `SELECT * FROM (
  SELECT A.*, B.auction, B.bidder, B.price, B.dateTime AS bidDateTime, B.extra AS bidExtra,
    row_number() OVER (PARTITION BY A.id ORDER BY B.price DESC, B.dateTime, B.number) AS rownum
  FROM auction A JOIN bid B ON A.id = B.auction WHERE B.dateTime BETWEEN A.dateTime AND A.expires
) WHERE rownum = 1`;

const ranks = {
  total: 'true',
  rank1: 'price < 10000',
  rank2: 'price >= 10000 AND price < 1000000',
  rank3: 'price >= 1000000',
};
const counted = (what: string, name: string): string =>
  Object.entries(ranks)
    .map(([rank, filter]) => `count(${what}) FILTER (WHERE ${filter}) AS ${rank}${name}`)
    .join(', ');
const bids = counted('*', 'Bids');
const statistics = `${bids}, ${counted('DISTINCT bidder', 'Bidders')}, ${counted('DISTINCT auction', 'Auctions')}`;

const channelId = String.raw`'(&|^)channel_id=([^&]*)'`;

/** @param watermark windows and auctions that end later are open: epoch milliseconds */
export function sqlOf(watermark: number): Readonly<Record<string, readonly string[]>> {
  return {
    q0: [`SELECT ${bid} FROM bid`],
    q1: [`SELECT auction, number, bidder, ${euros('price')} AS price, dateTime, extra FROM bid`],
    q2: ['SELECT auction, number, price FROM bid WHERE auction % 123 = 0'],
    q3: [
      `SELECT P.name, P.city, P.state, A.id FROM auction A JOIN person P ON A.seller = P.id
       WHERE A.category = 10 AND P.state IN ('OR', 'ID', 'CA')`,
    ],
    q4: [
      `SELECT category, sum(final) // count(*) AS final FROM (
         SELECT max(B.price) AS final, A.category FROM auction A JOIN bid B ON A.id = B.auction
         WHERE B.dateTime BETWEEN A.dateTime AND A.expires GROUP BY A.id, A.category
       ) GROUP BY category`,
    ],
    q5: [
      `WITH counts AS (
         SELECT auction, (dateTime // 2000 + step) * 2000 AS ending, count(*) AS num
         FROM bid, range(1, 6) AS steps(step) GROUP BY ALL
       )
       SELECT ending AS "end", auction, num FROM counts
       WHERE ending <= ${watermark} QUALIFY num = max(num) OVER (PARTITION BY ending)`,
    ],
    q6: [
      `SELECT seller, id, CAST(
         sum(price) OVER last // count(*) OVER last AS BIGINT) AS avgPrice
       FROM (${winners}) WHERE expires < ${watermark}
       WINDOW last AS (PARTITION BY seller ORDER BY bidDateTime, id ROWS BETWEEN 10 PRECEDING AND CURRENT ROW)`,
    ],
    q7: [
      `SELECT B.auction, B.price, B.bidder, B.dateTime, B.extra FROM bid B JOIN (
         SELECT max(price) AS highest, (dateTime // 10000 + 1) * 10000 AS ending FROM bid GROUP BY ending
       ) M ON B.price = M.highest WHERE B.dateTime BETWEEN M.ending - 10000 AND M.ending`,
    ],
    q8: [
      `SELECT P.id, P.name, P.period * 10000 AS stime
       FROM (SELECT DISTINCT id, name, dateTime // 10000 AS period FROM person) P
       JOIN (SELECT DISTINCT seller, dateTime // 10000 AS period FROM auction) A
       ON P.id = A.seller AND P.period = A.period`,
    ],
    q9: [
      `SELECT id, itemName, description, initialBid, reserve, dateTime, expires, seller, category, extra,
         bidder, price, bidDateTime, bidExtra FROM (${winners})`,
    ],
    q10: [
      `SELECT ${bid}, ${day('dateTime')} AS dt, ${minute('dateTime')} AS hm FROM bid`,
      `SELECT ${day('start')} AS dt, ${minute('start')} AS hm, bids FROM (
         SELECT dateTime // 60000 * 60000 AS start, count(*) AS bids FROM bid GROUP BY start
       ) WHERE start + 60000 <= ${watermark}`,
    ],
    q11: [
      `SELECT bidder, min(dateTime) AS starttime, max(dateTime) + 10000 AS endtime, count(*) AS bidCount FROM (
         SELECT *, sum(begins) OVER (PARTITION BY bidder ORDER BY dateTime, number) AS session FROM (
           SELECT *, CASE WHEN dateTime - lag(dateTime) OVER (PARTITION BY bidder ORDER BY dateTime, number) <= 10000
             THEN 0 ELSE 1 END AS begins FROM bid
         )
       ) GROUP BY bidder, session`,
    ],
    q12: [
      `SELECT bidder, sent // 10000 * 10000 AS starttime, starttime + 10000 AS endtime, count(*) AS bidCount
       FROM bid GROUP BY ALL`,
    ],
    q13: ['SELECT auction, number, bidder, price, dateTime, value FROM bid JOIN side ON auction % 10000 = key'],
    q14: [
      `SELECT auction, number, bidder, ${euros('price')} AS price, dateTime, extra,
         CASE WHEN hour >= 8 AND hour <= 18 THEN 'dayTime' WHEN hour <= 6 OR hour >= 20 THEN 'nightTime'
           ELSE 'otherTime' END AS bidTimeType,
         length(extra) - length(replace(extra, 'c', '')) AS cCounts
       FROM (SELECT *, hour(make_timestamp(dateTime * 1000)) AS hour FROM bid)
       WHERE 0.908 * price > 1000000 AND 0.908 * price < 50000000`,
    ],
    q15: [`SELECT ${day('dateTime')} AS day, ${statistics} FROM bid GROUP BY ALL`],
    q16: [
      `SELECT channel, ${day('dateTime')} AS day, max(${minute('dateTime')}) AS minute, ${statistics}
       FROM bid GROUP BY channel, day`,
    ],
    q17: [
      `SELECT auction, ${day('dateTime')} AS day, ${bids}, min(price) AS minPrice, max(price) AS maxPrice,
         CAST(sum(price) // count(*) AS BIGINT) AS avgPrice, CAST(sum(price) AS BIGINT) AS sumPrice
       FROM bid GROUP BY auction, day`,
    ],
    q18: [
      `SELECT bidder, auction, price, channel, url, dateTime, extra FROM bid
       QUALIFY row_number() OVER (PARTITION BY bidder, auction ORDER BY dateTime DESC, position DESC) = 1`,
    ],
    q19: [
      `SELECT auction, bidder, price, channel, url, dateTime, extra,
         row_number() OVER (PARTITION BY auction ORDER BY price DESC, number) AS rankNumber
       FROM bid QUALIFY rankNumber <= 10`,
    ],
    q20: [
      `SELECT number, auction, bidder, price, channel, url, bidDateTime, bidExtra, itemName, description, initialBid,
         reserve, dateTime AS auctionDateTime, expires, seller, category, extra AS auctionExtra
       FROM (SELECT number, auction, bidder, price, channel, url, dateTime AS bidDateTime, extra AS bidExtra FROM bid) B
       JOIN (SELECT * EXCLUDE number FROM auction) A ON B.auction = A.id WHERE category = 10`,
    ],
    q21: [
      `SELECT auction, number, bidder, price, channel,
         CASE lower(channel) WHEN 'apple' THEN '0' WHEN 'google' THEN '1' WHEN 'facebook' THEN '2'
           WHEN 'baidu' THEN '3' ELSE regexp_extract(url, ${channelId}, 2) END AS channelId
       FROM bid WHERE regexp_matches(url, ${channelId})
         OR lower(channel) IN ('apple', 'google', 'facebook', 'baidu')`,
    ],
    q22: [
      `SELECT auction, number, bidder, price, channel, split_part(url, '/', 4) AS dir1,
         split_part(url, '/', 5) AS dir2, split_part(url, '/', 6) AS dir3 FROM bid`,
    ],
  };
}
