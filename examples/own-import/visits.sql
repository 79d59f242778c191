-- A visit is an order, and a service that began in time or did not.
WITH visits AS (SELECT * FROM input WHERE guest IS NOT NULL)
SELECT
  visit AS id,
  'front-desk' AS source,
  'order.completed' AS type,
  guest AS customer,
  day AS occurred_at,
  { orderId: visit, total: paid, currency: 'EUR', items: [{ sku: treatment, quantity: 1, price: paid }] } AS data,
  1 AS lines
FROM visits
UNION ALL BY NAME
SELECT
  visit || '-service' AS id,
  'front-desk' AS source,
  'service.delivered' AS type,
  guest AS customer,
  day AS occurred_at,
  { serviceId: visit, onTime: waited <= 10 } AS data,
  0 AS lines
FROM visits
UNION ALL BY NAME
SELECT 'nobody' AS outcome, count(*) AS lines
FROM input
WHERE guest IS NULL
