-- By which name our app has its pages in a shop's admin, as the shop told it with the scopes.
alter table channel.health add column app_handle text;
