-- A mapping that ends and a shop that is switched off leave as products do: by way of 0 where somebody wants it so.
alter table channel.leaving
  add column kind text not null default 'products' check (kind in ('products', 'location', 'shop')),
  add column location_id integer,
  add column reason text;
