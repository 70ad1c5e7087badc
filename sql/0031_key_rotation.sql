-- What the rotation of keys looks for. Lock: share on two small tables while the indexes are built. Old code survives it.

create index wrapping_keys_due_idx on tenancy.wrapping_keys (created_at) where status = 'current';
create index wrapping_keys_superseded_idx on tenancy.wrapping_keys (tenant_id) where status = 'superseded';
create index data_keys_superseded_idx on tenancy.data_keys (tenant_id) where status = 'superseded';
