-- How products are described, so that rules can speak of kinds of them: as files say it, and as the shops do. Lower case.
create table catalog.product_trait (
  product_id  integer not null references catalog.product,
  source      text not null check (source in ('file', 'shop')),
  type        text,
  vendor      text,
  tags        text[] not null default '{}',
  features    text[] not null default '{}',
  primary key (product_id, source)
);

-- Items whose stock a shop does not track: nothing is promised there, and that is no trouble.
create table catalog.untracked (
  shop_id     integer not null references catalog.shop,
  product_id  integer not null references catalog.product,
  primary key (product_id, shop_id)
);
insert into catalog.untracked (shop_id, product_id)
select distinct shop_id, product_id from catalog.link_finding where code = 'CATALOG_ITEM_UNTRACKED' and product_id is not null;

create view catalog.product_traits as
select p.product_id, coalesce(f.type, s.type) as type, coalesce(f.vendor, s.vendor) as vendor,
       coalesce(f.tags, '{}') || coalesce(s.tags, '{}') as tags, coalesce(f.features, '{}') || coalesce(s.features, '{}') as features
  from catalog.product p
  left join catalog.product_trait f on f.product_id = p.product_id and f.source = 'file'
  left join catalog.product_trait s on s.product_id = p.product_id and s.source = 'shop';

create table availability.rule_group (
  rule_group_id  integer generated always as identity primary key,
  name           text not null unique,
  -- What its rules set: HotWax's names.
  kind           text not null check (kind in ('RG_SAFETY_STOCK', 'RG_THRESHOLD', 'RG_SHIPPING_FACILITY', 'RG_SHIPPING_CHANNEL',
                                               'RG_PICKUP_FACILITY', 'RG_PICKUP_CHANNEL', 'EX_INV_BY_PRD_TYPE')),
  sequence       integer not null default 0,
  created_at     timestamptz not null
);

-- Of the active rules that match, the last counts: by the group's sequence, the rule's, and age. A filter that names nothing
-- lets everything through.
create table availability.rule (
  rule_id         integer generated always as identity primary key,
  rule_group_id   integer not null references availability.rule_group,
  name            text not null,
  status          text not null default 'draft' check (status in ('draft', 'active', 'archived')),
  sequence        integer not null default 0,
  from_at         timestamptz,
  thru_at         timestamptz,
  -- What it sets: units that are kept back, or a switch. A rule that excludes sets neither.
  units           integer check (units >= 0),
  is_allowed      boolean,
  skus_any        text[] not null default '{}',
  skus_none       text[] not null default '{}',
  types_any       text[] not null default '{}',
  types_none      text[] not null default '{}',
  vendors_any     text[] not null default '{}',
  vendors_none    text[] not null default '{}',
  tags_any        text[] not null default '{}',
  tags_all        text[] not null default '{}',
  tags_none       text[] not null default '{}',
  features_any    text[] not null default '{}',
  features_all    text[] not null default '{}',
  features_none   text[] not null default '{}',
  facilities_any  text[] not null default '{}',
  facilities_none text[] not null default '{}',
  groups_any      text[] not null default '{}',
  groups_none     text[] not null default '{}',
  changed_at      timestamptz not null,
  unique (rule_group_id, name)
);

-- Derived: products that the same filtered rules match form a class. A product without a row is matched by none of them (class 0).
create table availability.class (
  class_id  integer generated always as identity primary key,
  rule_ids  integer[] not null unique
);
insert into availability.class (class_id, rule_ids) overriding system value values (0, '{}');
-- Numbers what changes in the derived tables below: the promises of these are computed again.
create sequence availability.rule_seq;
create table availability.product_class (
  product_id  integer primary key,
  class_id    integer not null,
  seq         bigint not null
) with (fillfactor = 80);
create index product_class_by_class on availability.product_class (class_id);
create index product_class_by_seq on availability.product_class (seq);
-- What the last matching rule says for a class at a facility and in a channel, and which rule that was. Null: no rule says it.
create table availability.class_facility (
  class_id            integer not null,
  facility_id         integer not null,
  safety_stock_units  integer,
  safety_rule_id      integer,
  allow_brokering     boolean,
  brokering_rule_id   integer,
  allow_pickup        boolean,
  pickup_rule_id      integer,
  seq                 bigint not null,
  primary key (class_id, facility_id)
);
create table availability.class_channel (
  class_id           integer not null,
  group_id           integer not null,
  threshold_units    integer,
  threshold_rule_id  integer,
  allow_brokering    boolean,
  brokering_rule_id  integer,
  allow_pickup       boolean,
  pickup_rule_id     integer,
  seq                bigint not null,
  primary key (class_id, group_id)
);
-- Classes that a rule takes out of the promises.
create table availability.class_excluded (
  class_id  integer primary key,
  rule_id   integer not null
);

-- Why a promise is not told to the shop: its item is not tracked, or a rule excludes the product. Null: it is told.
alter table availability.target add column withdrawn_code text check (withdrawn_code in ('OUTBOX_UNTRACKED', 'OUTBOX_EXCLUDED'));
