-- What may each channel promise, where, and why that number?
create schema availability;

create table availability.safety_stock (
  facility_id  integer not null references catalog.facility,
  product_id   integer not null references catalog.product,
  units        integer not null check (units >= 0),
  primary key (facility_id, product_id)
);

create table availability.threshold (
  group_id    integer not null references catalog.facility_group,
  product_id  integer not null references catalog.product,
  units       integer not null check (units >= 0),
  primary key (group_id, product_id)
);

create sequence availability.target_seq;

-- No row means that nothing is promised there because nothing is known, not that there is none.
create table availability.target (
  shop_id         integer not null,
  location_id     integer not null,
  product_id      integer not null,
  sellable_units  integer not null check (sellable_units >= 0),
  revision        bigint not null,
  seq             bigint not null,
  changed_at      timestamptz not null,
  primary key (shop_id, location_id, product_id)
) with (fillfactor = 80);
create index target_by_seq on availability.target (seq);
