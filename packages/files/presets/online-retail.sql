-- UCI "Online Retail": lines of invoices become one touchpoint an invoice.
-- Table invoice_lines: the columns of the file as text, `line` and `span` (where the line stands, how many it takes).
-- Instants have no zone and are taken as UTC; prices are in pounds.
WITH typed AS (
  SELECT
    line, span, InvoiceNo, StockCode,
    concat_ws(',', InvoiceNo, StockCode, Quantity, InvoiceDate, UnitPrice, CustomerID) AS raw,
    upper(InvoiceNo)[1] = 'C' AS cancellation,
    nullif(regexp_replace(trim(CustomerID), '\.0$', ''), '') AS customer,
    TRY_CAST(Quantity AS BIGINT) AS quantity,
    TRY_CAST(UnitPrice AS DECIMAL(18, 4)) AS price,
    TRY_CAST(InvoiceDate AS TIMESTAMP) AS occurred_at,
    -- Five digits and a colour or size; 15056BL is the only product with two letters.
    coalesce(regexp_full_match(StockCode, '[0-9]{5}[A-Za-z]{0,2}'), false) AS product
  FROM invoice_lines
),
judged AS MATERIALIZED (
  SELECT *, CASE
    WHEN customer IS NULL THEN 'nobody'
    WHEN InvoiceNo IS NULL OR StockCode IS NULL OR quantity IS NULL OR price IS NULL OR price < 0 OR occurred_at IS NULL THEN 'rejected'
    WHEN cancellation AND quantity >= 0 THEN 'rejected'
    WHEN cancellation AND price > 0 AND product THEN 'refund'
    WHEN cancellation AND price > 0 AND StockCode IN ('D', 'M', 'POST') THEN 'credit'
    WHEN NOT cancellation AND product AND price > 0 AND quantity > 0 THEN 'order'
    ELSE 'not-a-touchpoint'
  END AS kind
  FROM typed
),
named AS (
  -- An invoice of several customers is one touchpoint of each; the first in the file keeps the plain number.
  SELECT *, InvoiceNo
    || CASE WHEN customer = arg_min(customer, line) OVER (PARTITION BY InvoiceNo) THEN '' ELSE '/' || customer END
    || CASE WHEN kind = 'credit' THEN '/credit' ELSE '' END AS id
  FROM judged
  WHERE kind IN ('order', 'refund', 'credit')
),
touchpoints AS (
  SELECT
    id, kind, customer,
    any_value(InvoiceNo) AS invoice,
    -- A few invoices span two minutes: the order was placed in the first.
    min(occurred_at) AS occurred_at,
    min(line) AS line,
    sum(span)::BIGINT AS lines,
    abs(sum(quantity * price))::DOUBLE AS amount,
    -- Sorted afterwards: a list that is ordered while it grows takes several times the memory.
    list_transform(
      list_sort(list({line: line, sku: StockCode, quantity: abs(quantity), price: price::DOUBLE})),
      lambda item: {sku: item.sku, quantity: item.quantity, price: item.price}
    ) AS items,
    CASE WHEN min(StockCode) = max(StockCode) THEN min(StockCode) END AS code
  FROM named
  GROUP BY id, kind, customer
)
SELECT
  id, 'online-retail' AS source, customer, occurred_at, line, lines, 
  NULL AS outcome, NULL AS field, NULL AS reason, NULL AS raw,
  CASE kind WHEN 'order' THEN 'order.completed' WHEN 'refund' THEN 'order.refunded' ELSE 'compensation.accepted' END AS type,
  CASE kind
    WHEN 'order' THEN to_json({orderId: invoice, total: amount, currency: 'GBP', items: items})
    -- A cancellation does not say which order it cancels.
    WHEN 'refund' THEN to_json({total: amount, currency: 'GBP', items: items})
    ELSE to_json({amount: amount, currency: 'GBP', kind: CASE code
      WHEN 'D' THEN 'discount' WHEN 'M' THEN 'manual credit' WHEN 'POST' THEN 'postage' ELSE 'several' END})
  END AS data
FROM touchpoints
UNION ALL BY NAME
SELECT line, span AS lines, 'rejected' AS outcome, raw,
  CASE
    WHEN InvoiceNo IS NULL THEN 'InvoiceNo' WHEN StockCode IS NULL THEN 'StockCode'
    WHEN quantity IS NULL THEN 'Quantity' WHEN price IS NULL OR price < 0 THEN 'UnitPrice'
    WHEN occurred_at IS NULL THEN 'InvoiceDate' ELSE 'Quantity'
  END AS field,
  CASE
    WHEN InvoiceNo IS NULL THEN 'an invoice number is missing' WHEN StockCode IS NULL THEN 'a stock code is missing'
    WHEN quantity IS NULL THEN 'expected a whole number' WHEN price IS NULL OR price < 0 THEN 'expected a number of at least 0'
    WHEN occurred_at IS NULL THEN 'expected an instant such as 2010-12-01 08:26:00'
    ELSE 'a cancellation takes back: expected a number below 0'
  END AS reason
FROM judged WHERE kind = 'rejected'
UNION ALL BY NAME
SELECT sum(span)::BIGINT AS lines, min(line) AS line, 'nobody' AS outcome FROM judged WHERE kind = 'nobody' HAVING count(*) > 0
UNION ALL BY NAME
SELECT sum(span)::BIGINT AS lines, min(line) AS line, 'not-a-touchpoint' AS outcome,
  CASE
    WHEN product AND quantity <= 0 THEN 'stock adjustment'
    WHEN price = 0 THEN 'given away: price 0'
    WHEN StockCode IN ('POST', 'DOT', 'C2') THEN 'postage and carriage'
    WHEN StockCode = 'M' THEN 'manual entry'
    WHEN StockCode = 'D' THEN 'discount entry'
    ELSE 'other code, not a product'
  END AS reason
FROM judged WHERE kind = 'not-a-touchpoint'
GROUP BY reason
