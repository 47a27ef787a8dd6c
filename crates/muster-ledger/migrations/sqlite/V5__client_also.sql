-- The further organizations that a client is granted, separated by spaces.
alter table client add column also text not null default '';
