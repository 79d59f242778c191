-- Olist: orders with items, promised and actual delivery, reviews, and the complaints among them.
-- Tables orders, customers, items, payments, reviews, products, translations: the columns of the files as text, `line`
-- and `span`. The customer is customer_unique_id. Instants have no zone and are taken as UTC; money is in BRL.
WITH known_orders AS (
  -- A second line of an order is refused below, so that no item is counted twice.
  SELECT * FROM orders WHERE order_id IS NOT NULL QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY line) = 1
),
known_customers AS (
  SELECT customer_id, customer_unique_id, line, span FROM customers
  WHERE customer_id IS NOT NULL QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY line) = 1
),
known_products AS (
  SELECT product_id, any_value(coalesce(product_category_name_english, product_category_name)) AS category
  FROM products LEFT JOIN translations USING (product_category_name) GROUP BY product_id
),
typed_items AS MATERIALIZED (
  SELECT items.*, category,
    TRY_CAST(price AS DECIMAL(18, 4)) AS amount,
    coalesce(TRY_CAST(freight_value AS DECIMAL(18, 4)), 0) AS freight,
    known_orders.order_id IS NULL AS orphan
  FROM items LEFT JOIN known_products USING (product_id) LEFT JOIN known_orders USING (order_id)
),
good_items AS (SELECT * FROM typed_items WHERE NOT orphan AND product_id IS NOT NULL AND amount >= 0),
baskets AS (
  -- One piece a line: pieces of one product are counted.
  SELECT order_id, sum(span)::BIGINT AS lines, sum(total) AS total,
    -- Sorted afterwards: a list that is ordered while it grows takes several times the memory.
    list_transform(
      list_sort(list({line: first_line, sku: product_id, category: category, quantity: quantity, price: amount::DOUBLE})),
      lambda item: {sku: item.sku, category: item.category, quantity: item.quantity, price: item.price}
    ) AS items
  FROM (
    SELECT order_id, product_id, category, amount, count(*) AS quantity, sum(span) AS span, min(line) AS first_line,
      sum(amount + freight) AS total
    FROM good_items GROUP BY ALL
  ) GROUP BY order_id
),
paid AS (
  SELECT order_id, sum(TRY_CAST(payment_value AS DECIMAL(18, 4))) AS total FROM payments GROUP BY order_id
),
-- Instants that stand there must be instants; a field left empty is not known.
placed AS MATERIALIZED (
  SELECT o.order_id, o.order_status, c.customer_unique_id AS customer, o.line, o.span,
    TRY_CAST(order_purchase_timestamp AS TIMESTAMP) AS purchased_at,
    TRY_CAST(order_approved_at AS TIMESTAMP) AS approved_at,
    TRY_CAST(order_delivered_carrier_date AS TIMESTAMP) AS handed_over_at,
    TRY_CAST(order_delivered_customer_date AS TIMESTAMP) AS delivered_at,
    TRY_CAST(order_estimated_delivery_date AS TIMESTAMP) AS promised_at,
    -- Several orders name one customer_id only in a damaged file: its line is counted with the first of them.
    c.line AS customer_line,
    CASE WHEN row_number() OVER (PARTITION BY c.line ORDER BY o.line) = 1 THEN c.span ELSE 0 END AS customer_span,
    CASE
      WHEN c.customer_unique_id IS NULL THEN 'customer_id'
      WHEN purchased_at IS NULL THEN 'order_purchase_timestamp'
      WHEN delivered_at IS NULL AND order_delivered_customer_date IS NOT NULL THEN 'order_delivered_customer_date'
      WHEN promised_at IS NULL AND order_estimated_delivery_date IS NOT NULL THEN 'order_estimated_delivery_date'
    END AS field,
    coalesce(b.items, []) AS items, coalesce(b.total, p.total)::DOUBLE AS total, coalesce(b.lines, 0) AS item_lines
  FROM known_orders o
  LEFT JOIN known_customers c USING (customer_id)
  LEFT JOIN baskets b USING (order_id)
  LEFT JOIN paid p USING (order_id)
),
typed_reviews AS MATERIALIZED (
  SELECT r.*, o.customer, review_id || '/' || r.order_id AS id,
    TRY_CAST(review_score AS INTEGER) AS score,
    TRY_CAST(review_creation_date AS TIMESTAMP) AS posted_at,
    TRY_CAST(review_answer_timestamp AS TIMESTAMP) AS answered_at,
    coalesce(trim(review_comment_message) <> '', false) AS has_text,
    CASE
      WHEN review_id IS NULL THEN 'review_id'
      WHEN o.order_id IS NULL OR o.field IS NOT NULL THEN 'order_id'
      WHEN score IS NULL OR score NOT BETWEEN 1 AND 5 THEN 'review_score'
      WHEN posted_at IS NULL THEN 'review_creation_date'
      WHEN answered_at IS NULL AND review_answer_timestamp IS NOT NULL THEN 'review_answer_timestamp'
    END AS field
  FROM reviews r LEFT JOIN placed o USING (order_id)
),
good_orders AS (SELECT * FROM placed WHERE field IS NULL),
good_reviews AS (SELECT * FROM typed_reviews WHERE field IS NULL),
touchpoints AS (
  SELECT order_id AS id, 'order.completed' AS type, customer, purchased_at AS occurred_at, order_id AS correlation_id,
    'orders' AS file, line,
    to_json({orders: span, customers: customer_span, items: item_lines}) AS lines,
    to_json({orderId: order_id, total: total, currency: 'BRL', items: items,
      promisedAt: strftime(promised_at, '%Y-%m-%dT%H:%M:%SZ')}) AS data
  FROM good_orders
  UNION ALL BY NAME
  SELECT order_id || '/delivered' AS id, 'order.delivered' AS type, customer, delivered_at AS occurred_at,
    order_id AS correlation_id, 'orders' AS file, line, to_json({orders: 0}) AS lines, to_json({orderId: order_id}) AS data
  FROM good_orders WHERE delivered_at IS NOT NULL
  UNION ALL BY NAME
  -- The file does not say when an order was called off: dated at the last thing that is known of it.
  SELECT order_id || '/cancelled' AS id, 'order.cancelled' AS type, customer,
    greatest(purchased_at, approved_at, handed_over_at, delivered_at) AS occurred_at,
    order_id AS correlation_id, 'orders' AS file, line, to_json({orders: 0}) AS lines,
    to_json({orderId: order_id, reason: order_status}) AS data
  FROM good_orders WHERE order_status IN ('canceled', 'unavailable')
  UNION ALL BY NAME
  SELECT id, 'review.posted' AS type, customer, posted_at AS occurred_at, order_id AS correlation_id,
    'reviews' AS file, line, to_json({reviews: span}) AS lines,
    to_json({orderId: order_id, score: score, scale: 5, text: review_comment_message}) AS data
  FROM good_reviews
  UNION ALL BY NAME
  SELECT id || '/complaint' AS id, 'complaint.opened' AS type, customer, posted_at AS occurred_at, id AS correlation_id,
    'reviews' AS file, line, to_json({reviews: 0}) AS lines,
    to_json({caseId: id, severity: CASE score WHEN 1 THEN 'high' ELSE 'medium' END, channel: 'review', orderId: order_id}) AS data
  FROM good_reviews WHERE score <= 2 AND has_text
  UNION ALL BY NAME
  SELECT id || '/complaint/acknowledged' AS id, 'complaint.acknowledged' AS type, customer, answered_at AS occurred_at,
    id AS correlation_id, 'reviews' AS file, line, to_json({reviews: 0}) AS lines,
    to_json({caseId: id, channel: 'review'}) AS data
  FROM good_reviews WHERE score <= 2 AND has_text AND answered_at IS NOT NULL
)
SELECT 'olist' AS source, *, NULL AS outcome, NULL AS field, NULL AS reason, NULL AS raw FROM touchpoints
UNION ALL BY NAME
SELECT 'orders' AS file, line, to_json({orders: span, customers: coalesce(customer_span, 0), items: item_lines}) AS lines,
  'rejected' AS outcome, field, order_id AS raw,
  CASE field WHEN 'customer_id' THEN 'no such customer in the file of customers' ELSE 'expected an instant such as 2018-07-29 13:54:51' END AS reason
FROM placed WHERE field IS NOT NULL
UNION ALL BY NAME
SELECT 'orders' AS file, line, to_json({orders: span}) AS lines, 'rejected' AS outcome, 'order_id' AS field, order_id AS raw,
  CASE WHEN order_id IS NULL THEN 'an order id is missing' ELSE 'this order stands in the file already' END AS reason
FROM orders WHERE line NOT IN (SELECT line FROM known_orders)
UNION ALL BY NAME
SELECT 'items' AS file, line, to_json({items: span}) AS lines, 'rejected' AS outcome, order_id AS raw,
  CASE WHEN orphan THEN 'order_id' WHEN product_id IS NULL THEN 'product_id' ELSE 'price' END AS field,
  CASE WHEN orphan THEN 'no such order in the file of orders' WHEN product_id IS NULL THEN 'a product id is missing'
    ELSE 'expected a number of at least 0' END AS reason
FROM typed_items WHERE NOT coalesce(NOT orphan AND product_id IS NOT NULL AND amount >= 0, false)
UNION ALL BY NAME
SELECT 'reviews' AS file, line, to_json({reviews: span}) AS lines, 'rejected' AS outcome, field, review_id AS raw,
  CASE field WHEN 'review_id' THEN 'a review id is missing' WHEN 'order_id' THEN 'no such order, or one that was rejected'
    WHEN 'review_score' THEN 'expected a score from 1 to 5' ELSE 'expected an instant such as 2018-06-12 00:00:00' END AS reason
FROM typed_reviews WHERE field IS NOT NULL
UNION ALL BY NAME
SELECT 'customers' AS file, min(line) AS line, to_json({customers: sum(span)::BIGINT}) AS lines, 'not-a-touchpoint' AS outcome,
  'customer without an order' AS reason
FROM customers WHERE line NOT IN (SELECT customer_line FROM placed WHERE customer_line IS NOT NULL) HAVING count(*) > 0
UNION ALL BY NAME
SELECT 'payments' AS file, min(line) AS line, to_json({payments: sum(span)::BIGINT}) AS lines, 'not-a-touchpoint' AS outcome,
  'reference: looked up for the total of orders without items' AS reason
FROM payments HAVING count(*) > 0
UNION ALL BY NAME
SELECT 'products' AS file, min(line) AS line, to_json({products: sum(span)::BIGINT}) AS lines, 'not-a-touchpoint' AS outcome,
  'reference: looked up for the category' AS reason
FROM products HAVING count(*) > 0
UNION ALL BY NAME
SELECT 'translations' AS file, min(line) AS line, to_json({translations: sum(span)::BIGINT}) AS lines, 'not-a-touchpoint' AS outcome,
  'reference: looked up for the category' AS reason
FROM translations HAVING count(*) > 0
