-- What people, files and rules say of a product at a facility or in a channel, and what a promise is made of.

-- What is said of a product at a facility. Null: nothing was said, so a rule or the default holds.
create table catalog.product_facility (
  facility_id         integer not null references catalog.facility,
  product_id          integer not null references catalog.product,
  safety_stock_units  integer check (safety_stock_units >= 0),
  allow_brokering     boolean,
  allow_pickup        boolean,
  reorder_units       integer check (reorder_units >= 0),
  -- Rises with every change: availability follows it.
  seq                 bigint not null,
  primary key (facility_id, product_id)
) with (fillfactor = 80);
create index product_facility_by_seq on catalog.product_facility (seq);

-- The same for a channel group: what is kept back once for all its facilities, and whether it is sold there at all.
create table catalog.product_channel (
  group_id         integer not null references catalog.facility_group,
  product_id       integer not null references catalog.product,
  threshold_units  integer check (threshold_units >= 0),
  allow_brokering  boolean,
  allow_pickup     boolean,
  seq              bigint not null,
  primary key (group_id, product_id)
) with (fillfactor = 80);
create index product_channel_by_seq on catalog.product_channel (seq);
create sequence catalog.setting_seq;

insert into catalog.product_facility (facility_id, product_id, safety_stock_units, seq)
select facility_id, product_id, units, nextval('catalog.setting_seq') from availability.safety_stock;
insert into catalog.product_channel (group_id, product_id, threshold_units, seq)
select group_id, product_id, units, nextval('catalog.setting_seq') from availability.threshold;
insert into street.cursor (reader, position)
select 'catalog:settings', coalesce(max(seq), 0)
  from (select seq from catalog.product_facility union all select seq from catalog.product_channel) said;
drop table availability.safety_stock;
drop table availability.threshold;

-- What a kit is made of. A shared pool is the same: every denomination of a gift card is made of one blank card.
create table catalog.kit_component (
  kit_product_id        integer not null references catalog.product,
  component_product_id  integer not null references catalog.product,
  units                 integer not null check (units > 0),
  primary key (kit_product_id, component_product_id),
  check (kit_product_id <> component_product_id)
);
create index kit_component_of on catalog.kit_component (component_product_id);

-- Products that are made of something else or described otherwise since: one row a product, with its newest change.
create table catalog.product_change (
  product_id  integer primary key references catalog.product,
  seq         bigint not null
);
create index product_change_by_seq on catalog.product_change (seq);

-- A facility that is switched off here sells nothing in any channel, and a group that is switched off sells nothing.
alter table catalog.facility add column allow_brokering boolean not null default true;
alter table catalog.facility add column allow_pickup boolean not null default true;
alter table catalog.facility_group add column is_selling boolean not null default true;
-- Nothing is promised of a product for which pre-orders or backorders wait.
alter table catalog.facility_group add column hold_preorder boolean not null default false;
-- Which switch counts at a location. Null: pickup at a group for pickup, brokering at another group, none at a single facility.
alter table catalog.location_mapping add column gate text check (gate in ('brokering', 'pickup', 'none'));

-- Of the units that wait at a group, those that wait as pre-orders or backorders: `units` holds them too.
alter table inventory.queued add column preorder_units integer not null default 0;
create index queued_of_product on inventory.queued (product_id);

-- How far the promise lies below nothing, because more is reserved than there is. The promise is sellable_units − deficit_units:
-- the one of the two that is not 0.
alter table availability.target add column deficit_units integer not null default 0 check (deficit_units >= 0);
alter table availability.target add check (sellable_units = 0 or deficit_units = 0);

-- Derived: which facility feeds which location now, and through what. Its rows follow mappings, groups and their dates.
create table availability.supply (
  shop_id      integer not null,
  location_id  integer not null,
  facility_id  integer not null,
  group_id     integer,
  gate         text not null check (gate in ('brokering', 'pickup', 'none')),
  is_selling     boolean not null,
  hold_preorder  boolean not null,
  primary key (shop_id, location_id, facility_id)
);
create index supply_of_facility on availability.supply (facility_id);
