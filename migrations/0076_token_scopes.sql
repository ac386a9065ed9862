-- A token may be held to chapters of the API; null: to nothing but its role.
alter table gate.token
  add column scopes text[] check (cardinality(scopes) > 0);
