SELECT
  ticket AS id,
  'till' AS source,
  CASE WHEN sum(pieces * price) < 0 THEN 'order.refunded' ELSE 'order.completed' END AS type,
  card AS customer,
  min(sold_at) AS occurred_at,
  {
    orderId: ticket,
    total: abs(round(sum(pieces * price), 2)),
    currency: 'EUR',
    items: list({sku: article, quantity: pieces, price: price} ORDER BY article)
  } AS data,
  count(*) AS lines
FROM input
WHERE card IS NOT NULL
GROUP BY ticket, card
UNION ALL BY NAME
SELECT 'nobody' AS outcome, count(*) AS lines
FROM input
WHERE card IS NULL
