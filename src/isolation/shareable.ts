import { type Body, parse, strings, unwrap, walk } from "../adopt/ast.ts";

/**
 * Functions that read and compute, and leave nothing on the session. All others keep to private connections, which
 * are wiped: set_config and setseed change what the next tenant's statements mean, query_to_xml and ts_stat run text
 * that we do not see, lastval tells what the last tenant drew. A list of what may, since a list of what may not is
 * never whole.
 */
const HARMLESS = new Set(
  `
  count sum avg min max bool_and bool_or every array_agg string_agg json_agg jsonb_agg json_object_agg jsonb_object_agg
  stddev stddev_pop stddev_samp variance var_pop var_samp corr mode percentile_cont percentile_disc any_value grouping
  row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
  coalesce nullif greatest least
  lower upper initcap length char_length character_length octet_length bit_length substr substring left right trim btrim
  ltrim rtrim lpad rpad concat concat_ws replace reverse repeat split_part position strpos starts_with overlay translate
  ascii chr md5 sha256 sha512 encode decode format quote_ident quote_literal quote_nullable to_hex normalize
  regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_count regexp_like
  like_escape similar_to_escape string_to_array string_to_table array_to_string
  abs ceil ceiling floor round trunc sign sqrt power pow exp ln log mod div random width_bucket
  now clock_timestamp statement_timestamp transaction_timestamp age date_part date_trunc date_bin extract make_date
  make_time make_timestamp make_timestamptz make_interval to_timestamp to_char to_date to_number timezone isfinite
  justify_days justify_hours justify_interval overlaps
  gen_random_uuid uuidv4 uuidv7 uuid_extract_timestamp
  array_append array_prepend array_cat array_length array_lower array_upper array_ndims array_position array_positions
  array_remove array_replace cardinality unnest trim_array array_fill generate_series generate_subscripts
  json_build_array json_build_object jsonb_build_array jsonb_build_object json_object jsonb_object to_json to_jsonb
  row_to_json array_to_json json_array_length jsonb_array_length json_array_elements jsonb_array_elements
  json_array_elements_text jsonb_array_elements_text json_each jsonb_each json_each_text jsonb_each_text
  json_extract_path jsonb_extract_path json_extract_path_text jsonb_extract_path_text json_object_keys jsonb_object_keys
  json_typeof jsonb_typeof jsonb_set jsonb_insert jsonb_strip_nulls json_strip_nulls jsonb_pretty jsonb_path_query
  jsonb_path_query_array jsonb_path_query_first jsonb_path_exists jsonb_path_match jsonb_populate_record
  json_populate_record jsonb_populate_recordset json_populate_recordset jsonb_to_record json_to_record
  jsonb_to_recordset json_to_recordset
  to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_rank ts_rank_cd ts_headline setweight
  numnode querytree strip
  int4range int8range numrange tsrange tstzrange daterange isempty lower_inc upper_inc lower_inf upper_inf range_merge
  current_schema pg_typeof similarity word_similarity unaccent
  `
    .trim()
    .split(/\s+/),
);

const READS_OR_WRITES = new Set(["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"]);

/**
 * True when a statement leaves no trace on its session, whatever its values: it may share a connection. Asked once
 * per text, and only of texts that keep coming. Decides hygiene, never isolation: the seat does that.
 */
export function isShareable(text: string): boolean {
  let statements: ReturnType<typeof parse>;
  try {
    statements = parse(text);
  } catch {
    return false; // it would not run either
  }
  const [only, ...more] = statements;
  if (!only || more.length > 0 || !READS_OR_WRITES.has(unwrap(only.node)?.[0] ?? "")) return false;
  let isHarmless = true;
  walk(only.node, (kind, body) => {
    if (!mayShare(kind, body)) isHarmless = false;
  });
  return isHarmless;
}

function mayShare(kind: string, body: Body): boolean {
  switch (kind) {
    case "FuncCall": {
      const [name = "", schema = "pg_catalog", ...more] = strings(body["funcname"]).reverse();
      return schema === "pg_catalog" && more.length === 0 && HARMLESS.has(name);
    }
    case "RangeVar":
      // pg_prepared_statements and its like show what the session holds.
      return !String(body["relname"] ?? "").startsWith("pg_");
    case "LockingClause":
    case "IntoClause":
      return false;
    default:
      return true;
  }
}
