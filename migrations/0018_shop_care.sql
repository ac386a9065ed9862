-- Both switches of a shop: ours, which nobody may have set yet, and what Shopify granted.
alter table catalog.shop alter column access_scope drop not null;
alter table catalog.shop alter column access_scope drop default;

alter table channel.health
  -- Why nothing may be written although the shop answers.
  add column held_code text,
  add column held_message text,
  add column held_since timestamptz,
  -- When it last came back from trouble or was freed: what was known of its levels before is read anew.
  add column mended_at timestamptz;

-- The job log: each request to a shop, and what came back. Kept for some months, and never more than so many of a shop.
create table channel.exchange (
  exchange_id         bigint generated always as identity primary key,
  shop_id             integer not null,
  at                  timestamptz not null,
  took_ms             integer not null,
  operation           text,
  effect              text not null check (effect in ('read', 'write')),
  outcome             text not null,
  class               text,
  code                text,
  message             text,
  http_status         integer,
  request_id          text,
  idempotency_key     text,
  bulk_operation_gid  text,
  cost_points         integer,
  available_points    integer,
  max_points          integer,
  -- The numbers of the inventory items that it named, by which a SKU is found.
  items               bigint[] not null default '{}',
  answer              text
);
create index exchange_of_shop on channel.exchange (shop_id, exchange_id desc);
create index exchange_in_trouble on channel.exchange (shop_id, class, exchange_id desc) where class is not null;
create index exchange_by_request on channel.exchange (request_id);
create index exchange_by_bulk on channel.exchange (bulk_operation_gid) where bulk_operation_gid is not null;
create index exchange_by_key on channel.exchange (idempotency_key) where idempotency_key is not null;
create index exchange_by_item on channel.exchange using gin (items);
