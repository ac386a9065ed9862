-- What a person declared about a feed's files instead of leaving it to be detected or to the rule of the house: one section
-- for each subject (how they are written, what odd quantities mean, how columns are mapped …), none of them required.
alter table feed.feed add column settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object');
