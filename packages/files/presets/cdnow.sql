-- CDNOW: one purchase a line, whitespace between customer, [number in the sample,] YYYYMMDD, number of CDs, dollars.
-- Table purchases: `text` (the line), `line`, `span`. Days have no time: midnight UTC.
WITH split AS (
  SELECT line, span, text, regexp_split_to_array(trim(text), '\s+') AS parts FROM purchases
),
typed AS (
  SELECT line, span, text, len(parts) AS width, parts[1] AS customer, parts[-3] AS day,
    try_strptime(parts[-3], '%Y%m%d') AS occurred_at,
    TRY_CAST(parts[-2] AS INTEGER) AS discs,
    TRY_CAST(parts[-1] AS DECIMAL(18, 4)) AS total
  FROM split
),
judged AS MATERIALIZED (
  SELECT *, CASE
    WHEN width NOT IN (4, 5) THEN ''
    WHEN NOT regexp_full_match(customer, '[0-9]+') THEN 'customer'
    WHEN occurred_at IS NULL THEN 'date'
    WHEN discs IS NULL OR discs < 0 THEN 'number of CDs'
    WHEN total IS NULL OR total < 0 THEN 'dollars'
  END AS field
  FROM typed
)
SELECT
  -- Several purchases of a customer on one day are told apart by their order in the file.
  customer || '-' || day || '-' || row_number() OVER (PARTITION BY customer, day ORDER BY line) AS id,
  'cdnow' AS source, 'order.completed' AS type, customer, occurred_at, line, span AS lines,
  NULL AS outcome, NULL AS field, NULL AS reason, NULL AS raw,
  to_json({total: total::DOUBLE, currency: 'USD', quantity: discs}) AS data
FROM judged WHERE field IS NULL
UNION ALL BY NAME
SELECT line, span AS lines, 'rejected' AS outcome, field, text AS raw,
  CASE field
    WHEN '' THEN 'expected 4 or 5 values: customer, [number in the sample,] date, number of CDs, dollars'
    WHEN 'customer' THEN 'expected digits'
    WHEN 'date' THEN 'expected a day such as 19970101'
    WHEN 'number of CDs' THEN 'expected a whole number of at least 0'
    ELSE 'expected a number of at least 0'
  END AS reason
FROM judged WHERE field IS NOT NULL
