-- Products that leave what is written in a shop, and go to 0 there first.
create table channel.leaving (
  leaving_id  bigint generated always as identity primary key,
  shop_id     integer not null,
  tags        text[] not null,
  vendors     text[] not null,
  product_types text[] not null,
  skus        text[] not null,
  asked_by    text not null,
  asked_at    timestamptz not null,
  done_at     timestamptz
);
create index leaving_not_done on channel.leaving (shop_id) where done_at is null;
alter table channel.control add column leaving_id bigint references channel.leaving;
create index control_of_leaving on channel.control (leaving_id) where leaving_id is not null;
