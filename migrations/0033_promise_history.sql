-- What was promised when, with the sums that it came from: one row for each change, kept as long as the ledger is.
create table availability.promise_history (
  product_id       integer not null,
  shop_id          integer not null,
  location_id      integer not null,
  seq              bigint not null,
  at               timestamptz not null,
  -- Below nothing: more was sold than there was.
  promised_units   integer not null,
  free_units       integer not null,
  spare_units      integer not null,
  queued_units     integer not null,
  threshold_units  integer not null,
  withdrawn_code   text,
  primary key (product_id, shop_id, location_id, seq)
);
