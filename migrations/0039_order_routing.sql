-- An order counts as known when its locations are known too, which comes later than the order.
alter table orders.known add column is_routed boolean not null default true;
create index known_unrouted on orders.known (shop_id, created_at) where not is_routed;
