-- How the street stood, once a minute, for the pictures of the last day and month. Derived from nothing and of no use to any decision.
create table reconcile.street_sample (
  at                timestamptz primary key,
  state             text not null,
  levels            bigint not null,
  levels_equal      bigint not null,
  levels_different  bigint not null,
  units_at_risk     bigint not null,
  backlog           bigint not null,
  -- How long the oldest that waits in any room has waited; null: nothing waits.
  oldest_ms         bigint
);
