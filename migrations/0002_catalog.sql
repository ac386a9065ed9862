-- What things are called, and where: the ground floor that every room may look at.
create schema catalog;

create table catalog.product (
  product_id  integer generated always as identity primary key,
  name        text not null,
  created_at  timestamptz not null
);

-- One value of one type names one product; a product has as many as it likes (SKU, UPCA, ERP_PRODUCT_ID, …).
create table catalog.product_identifier (
  type        text not null check (type = upper(type)),
  value       text not null,
  product_id  integer not null references catalog.product,
  primary key (type, value)
);
create index product_identifier_of_product on catalog.product_identifier (product_id);

create table catalog.facility (
  facility_id  integer generated always as identity primary key,
  code         text not null unique,
  external_id  text unique,
  name         text not null,
  type         text not null default 'WAREHOUSE'
               check (type in ('RETAIL_STORE', 'OUTLET_STORE', 'WAREHOUSE', 'CONFIGURATION', 'VIRTUAL_FACILITY')),
  created_at   timestamptz not null
);

create table catalog.facility_group (
  group_id  integer generated always as identity primary key,
  code      text not null unique,
  name      text not null,
  type      text not null default 'CHANNEL_FAC_GROUP'
            check (type in ('CHANNEL_FAC_GROUP', 'BROKERING_GROUP', 'PICKUP'))
);

create table catalog.facility_group_member (
  group_id     integer not null references catalog.facility_group,
  facility_id  integer not null references catalog.facility,
  from_at      timestamptz not null,
  thru_at      timestamptz,
  primary key (group_id, facility_id, from_at)
);

create table catalog.shop (
  shop_id        integer generated always as identity primary key,
  code           text not null unique,
  name           text not null,
  api_url        text not null,
  api_version    text not null default '2026-10',
  -- Unset is read only, and shown as such.
  access_scope   text not null default 'read_only' check (access_scope in ('no_access', 'read_only', 'read_and_write')),
  token_sealed   text,
  is_enabled     boolean not null default true,
  catalog_read_at  timestamptz
);

create table catalog.location (
  location_id   integer generated always as identity primary key,
  shop_id       integer not null references catalog.shop,
  location_gid  text not null,
  name          text not null,
  is_active     boolean not null,
  is_fulfillment_service boolean not null default false,
  seen_at       timestamptz not null,
  unique (shop_id, location_gid)
);

-- One facility one to one, or one group as an aggregate: never both for one location.
create table catalog.location_mapping (
  shop_id      integer not null references catalog.shop,
  location_id  integer not null references catalog.location,
  facility_id  integer references catalog.facility,
  group_id     integer references catalog.facility_group,
  primary key (shop_id, location_id),
  unique (shop_id, facility_id),
  unique (shop_id, group_id),
  check (num_nonnulls(facility_id, group_id) = 1)
);

-- What the shop last told us it sells; the key is Shopify's, since SKUs there are neither unique nor of one case.
create table catalog.shop_item (
  shop_id             integer not null references catalog.shop,
  inventory_item_gid  text not null,
  variant_gid         text not null,
  sku                 text,
  is_tracked          boolean not null,
  is_bundle_parent    boolean not null,
  seen_at             timestamptz not null,
  primary key (shop_id, inventory_item_gid)
);

-- The answer to "which inventory item is this product?" per shop. Only `linked` is ever written to.
create table catalog.item_link (
  shop_id             integer not null references catalog.shop,
  product_id          integer not null references catalog.product,
  inventory_item_gid  text not null,
  primary key (shop_id, product_id),
  unique (shop_id, inventory_item_gid)
);

-- Why something is not linked: one row a finding, replaced as a set at each link.
create table catalog.link_finding (
  shop_id             integer not null references catalog.shop,
  code                text not null,
  sku                 text not null,
  inventory_item_gid  text,
  product_id          integer references catalog.product,
  detail              text not null,
  found_at            timestamptz not null
);
create index link_finding_of_shop on catalog.link_finding (shop_id, code, sku);
