import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PresetName } from './import-item';

/** A table that a preset reads. */
export interface PresetTable {
  readonly table: string;
  /** Begins the file's name where a preset reads several files. */
  readonly fileName?: string;
  /** Absent for files without header. */
  readonly columns?: readonly string[];
}

export interface TablePreset {
  readonly name: Exclude<PresetName, 'touchpoints'>;
  readonly tables: readonly PresetTable[];
}

export const TABLE_PRESETS: Readonly<Record<TablePreset['name'], TablePreset>> = {
  'online-retail': {
    name: 'online-retail',
    tables: [
      {
        table: 'invoice_lines',
        columns: ['InvoiceNo', 'StockCode', 'Quantity', 'InvoiceDate', 'UnitPrice', 'CustomerID'],
      },
    ],
  },
  cdnow: { name: 'cdnow', tables: [{ table: 'purchases' }] },
  olist: {
    name: 'olist',
    tables: [
      {
        table: 'orders',
        fileName: 'olist_orders_dataset',
        columns: [
          'order_id',
          'customer_id',
          'order_status',
          'order_purchase_timestamp',
          'order_approved_at',
          'order_delivered_carrier_date',
          'order_delivered_customer_date',
          'order_estimated_delivery_date',
        ],
      },
      { table: 'customers', fileName: 'olist_customers_dataset', columns: ['customer_id', 'customer_unique_id'] },
      {
        table: 'items',
        fileName: 'olist_order_items_dataset',
        columns: ['order_id', 'order_item_id', 'product_id', 'price', 'freight_value'],
      },
      { table: 'payments', fileName: 'olist_order_payments_dataset', columns: ['order_id', 'payment_value'] },
      {
        table: 'reviews',
        fileName: 'olist_order_reviews_dataset',
        columns: [
          'review_id',
          'order_id',
          'review_score',
          'review_comment_message',
          'review_creation_date',
          'review_answer_timestamp',
        ],
      },
      {
        table: 'products',
        fileName: 'olist_products_dataset',
        columns: ['product_id', 'product_category_name'],
      },
      {
        table: 'translations',
        fileName: 'product_category_name_translation',
        columns: ['product_category_name', 'product_category_name_english'],
      },
    ],
  },
};

/** The mapping of a preset. It stands beside `src` and `dist`, so the path is the same from both. */
export const presetSql = (name: TablePreset['name']): string =>
  readFileSync(join(__dirname, '..', 'presets', `${name}.sql`), 'utf8');
