-- What the ledger promises is held by the database, and every movement that no file brought has a document behind it.

-- Why units move, in the words of HotWax and of ERPs, with the account under which the ERP books it.
create table inventory.reason (
  reason       text primary key check (reason ~ '^[A-Z][A-Z0-9_]*$'),
  label        text not null,
  -- Whether a person may choose it for a variance; the others are written by the street itself.
  is_for_people boolean not null default true,
  erp_account  text
);
insert into inventory.reason (reason, label, is_for_people) values
  ('VAR_MANUAL', 'Manual correction', true),
  ('VAR_LOST', 'Adjustment', true),
  ('VAR_FOUND', 'Found', true),
  ('VAR_DAMAGED', 'Damaged', true),
  ('VAR_STOLEN', 'Stolen', true),
  ('VAR_SAMPLE', 'Given away as a sample', true),
  ('VAR_INTEGR', 'Integration', true),
  ('VAR_EQUAL_QOH_ATP', 'On hand made equal to available to promise', true),
  ('VAR_MISSHIP_ORDERED', 'Shipped by mistake: what was ordered', true),
  ('VAR_MISSHIP_SHIPPED', 'Shipped by mistake: what was sent', true),
  ('MISMATCH', 'Does not match', true),
  ('NOT_IN_STOCK', 'Not in stock', true),
  ('WORN_DISPLAY', 'Worn on display', true),
  ('REJ_RSN_DAMAGED', 'Rejected: damaged', true),
  ('NO_VARIANCE_LOG', 'No variance', true),
  ('POS_SALE', 'Sold over the counter', true),
  ('SHOPIFY_POS_SALE', 'Sold over the counter with Shopify', true),
  ('CYCLE_COUNT', 'Counted', false),
  ('VAR_EXT_RESET', 'Counted anew by a file', false),
  ('VAR_SHIP_RECV', 'Received', false),
  ('VAR_SCH_SHIP_RECV', 'Restocked as scheduled', false),
  ('VAR_TRFR_ORD_SHIPPED', 'Sent to another facility', false),
  ('RTN_ITM_RCPT', 'Returned by a customer', false),
  ('NEG_VAR_ITEM_CANCEL', 'Taken out when an order was cancelled', false),
  ('ORDER_RESERVED', 'An order holds it', false),
  ('ORDER_RELEASED', 'An order let it go', false),
  ('ORDER_SHIPPED', 'Shipped for an order', false),
  ('BIN_ASSIGNED', 'Found its bin', false),
  ('LEDGER_REPAIR', 'Position brought back to its movements', false),
  ('REVERSED', 'Taken back', false),
  ('CARRIED_FORWARD', 'Carried forward from purged months', false);

-- One deed that moved units: a variance, a count, a receipt, a transfer. Never changed; taken back by another one.
create table inventory.document (
  document_id   bigint generated always as identity primary key,
  kind          text not null check (kind in ('variance', 'count', 'receipt', 'transfer', 'restock', 'repair', 'reversal')),
  -- What its sender calls it, so that the same deed twice is one; with the digest of what it asked for.
  key           text unique,
  asked_sha256  text,
  who           text not null,
  reference     text,
  comment       text,
  effective_at  timestamptz not null,
  recorded_at   timestamptz not null,
  reverses      bigint unique references inventory.document
);

-- Null for what a file brought: costs nothing there.
alter table inventory.movement add column document_id bigint, add column bin text;
create index movement_of_document on inventory.movement (document_id) where document_id is not null;

create function inventory.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is append-only: a correction is another movement';
end $$;
create trigger ledger_is_append_only before update or delete on inventory.movement for each statement execute function inventory.refuse_change();
create trigger documents_are_append_only before update or delete on inventory.document for each statement execute function inventory.refuse_change();

alter table inventory.position add constraint reserved_is_never_negative check (reserved_units >= 0);

-- Where inside a facility units lie, as far as it is known. Derived, like a position: what lies in no bin is the rest.
create table inventory.bin (
  facility_id    integer not null,
  product_id     integer not null,
  bin            text not null,
  on_hand_units  integer not null,
  primary key (facility_id, product_id, bin)
) with (fillfactor = 80);

-- What is to happen at an instant that has not come: the queue of due changes.
create table inventory.scheduled (
  scheduled_id  bigint generated always as identity primary key,
  kind          text not null check (kind in ('variance', 'receipt', 'transfer', 'restock')),
  facility_id   integer not null,
  product_id    integer not null,
  bin           text,
  units         integer not null check (units <> 0),
  reason        text not null,
  reference     text,
  comment       text,
  key           text unique,
  due_at        timestamptz not null,
  who           text not null,
  created_at    timestamptz not null,
  done_at       timestamptz,
  document_id   bigint,
  -- Why it could not take effect when its instant came.
  code          text,
  cancelled_at  timestamptz,
  cancelled_by  text
);
create index scheduled_due on inventory.scheduled (due_at) where done_at is null and cancelled_at is null and code is null;
