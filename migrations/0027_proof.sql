-- What a comparison proved, who may lift its brake, and what a person wants compared now.
alter table reconcile.run drop constraint run_kind_check;
alter table reconcile.run add constraint run_kind_check check (kind in ('recent', 'hard_sync', 'sweep', 'sync_now'));
alter table reconcile.run
  -- Shown by the shop and not ours to write.
  add column levels_foreign       integer not null default 0,
  -- More than was promised, which may be sold and is not there; and fewer, which nobody can buy.
  add column units_over           bigint not null default 0,
  add column units_under          bigint not null default 0,
  add column oldest_different_at  timestamptz,
  add column rows_kept            integer not null default 0,
  -- SHA-256 of the proof as CSV.
  add column digest               text,
  add column corrections          integer not null default 0,
  add column asked_by             text,
  add column scope                text,
  add column released_at          timestamptz,
  add column released_by          text;

-- The levels of a proof that were not equal, with their names as they were then.
create table reconcile.difference (
  run_id              bigint not null references reconcile.run on delete cascade,
  location_id         integer not null,
  product_id          integer not null,
  location            text not null,
  location_gid        text not null,
  sku                 text not null,
  inventory_item_gid  text not null,
  verdict             text not null,
  cause               text not null,
  detail              text,
  expected_units      integer not null,
  shop_units          integer,
  different_since     timestamptz,
  read_at             timestamptz not null,
  primary key (run_id, location_id, product_id)
);
create index difference_by_size on reconcile.difference (run_id, verdict, abs(expected_units - coalesce(shop_units, 0)) desc);

-- What a bulk read of a shop showed, until it is compared. Lost in a crash, which costs another read.
create unlogged table reconcile.seen (
  run_id              bigint not null,
  location_gid        text not null,
  inventory_item_gid  text not null,
  available           integer not null,
  committed           integer not null,
  reserved            integer not null,
  is_active           boolean not null
);
create index seen_of_run on reconcile.seen (run_id, inventory_item_gid, location_gid);

-- How much one comparison of a shop may set right by itself. No row: the defaults.
create table reconcile.brake (
  shop_id          integer primary key references catalog.shop,
  corrections_max  integer not null check (corrections_max >= 0),
  units_max        integer not null check (units_max >= 0)
);

-- A person wants these levels read, compared and written now.
create table reconcile.request (
  request_id   bigint generated always as identity primary key,
  shop_id      integer not null references catalog.shop,
  -- Null: every location, every product.
  location_id  integer,
  product_id   integer,
  asked_by     text not null,
  asked_at     timestamptz not null,
  run_id       bigint
);
create index request_waiting on reconcile.request (shop_id, request_id) where run_id is null;

-- Where the sweep goes on.
create table reconcile.sweep (
  shop_id      integer primary key references catalog.shop,
  product_id   integer not null default 0,
  location_id  integer not null default 0,
  swept_at     timestamptz not null
);
