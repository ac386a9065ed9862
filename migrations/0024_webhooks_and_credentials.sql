-- How a shop's access token is come by, and the secret of its app. A shop without a row has a token that was typed in.
create table catalog.shop_credential (
  shop_id                   integer primary key references catalog.shop,
  kind                      text not null check (kind in ('static', 'client_credentials', 'refresh_token')),
  client_id                 text,
  client_secret_sealed      text,
  -- The one before: it counts for webhooks while the secret is being changed.
  old_client_secret_sealed  text,
  access_token_sealed       text,
  access_expires_at         timestamptz,
  refresh_token_sealed      text,
  refresh_expires_at        timestamptz,
  renewed_at                timestamptz,
  check (kind = 'static' or (client_id is not null and client_secret_sealed is not null)),
  check (kind <> 'refresh_token' or refresh_token_sealed is not null)
);

-- Why a shop is switched off, and by whom.
alter table catalog.shop
  add column stopped_reason text,
  add column stopped_at timestamptz;

-- What of a shop's catalogue somebody wants read again: one product, one item, or its locations.
create table catalog.ask (
  shop_id   integer not null references catalog.shop,
  kind      text not null check (kind in ('product', 'item', 'locations')),
  gid       text not null,
  asked_at  timestamptz not null,
  primary key (shop_id, kind, gid)
);

-- Webhooks that came: kept for some days, so that a second delivery of the same event is known as one.
create table channel.webhook_event (
  shop_id       integer not null,
  topic         text not null,
  event_id      text not null,
  received_at   timestamptz not null,
  triggered_at  timestamptz,
  primary key (shop_id, topic, event_id)
);
create index webhook_event_by_age on channel.webhook_event (received_at);

-- The subscriptions of each shop, as they were found and mended.
create table channel.subscription (
  shop_id     integer not null,
  topic       text not null,
  -- Null: it is subscribed.
  refused     text,
  checked_at  timestamptz not null,
  primary key (shop_id, topic)
);
create table channel.webhook_state (
  shop_id     integer primary key,
  state       text not null check (state in ('off', 'on', 'unchecked')),
  reason      text,
  mended      integer not null default 0,
  checked_at  timestamptz not null
);

-- What the shop sorts its products by, and whether it goes on selling one when nothing is left.
alter table catalog.shop_item
  add column product_gid text,
  add column vendor text,
  add column product_type text,
  add column tags text[] not null default '{}',
  add column is_sold_at_zero boolean not null default false;
create index shop_item_of_product on catalog.shop_item (shop_id, product_gid);

-- Which products Trueup writes in a shop: those that match any of these. No row, or four empty lists: all of them.
create table catalog.shop_choice (
  shop_id        integer primary key references catalog.shop,
  tags           text[] not null default '{}',
  vendors        text[] not null default '{}',
  product_types  text[] not null default '{}',
  skus           text[] not null default '{}'
);

-- Up to when the shop's changed variants were asked for, by our clock.
alter table catalog.shop add column news_until timestamptz;
