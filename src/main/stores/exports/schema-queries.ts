/**
 * Queries for the statements that make what a schema has, each in a column `sql`. `tables` are the tables of the export with their
 * partitions, `is_all` says whether that is everything.
 */

/** What belongs to an extension is the extension's. */
export const ofExtension = (catalogue: string, oid: string) =>
  `EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalogue}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`;

export const inPublic = (column: string) => `${column} = 'public'::regnamespace`;

/** plpgsql is there in every database. */
export const extensions = `
  SELECT format('CREATE EXTENSION IF NOT EXISTS %I', extname) AS sql FROM pg_extension WHERE is_all AND extname <> 'plpgsql' ORDER BY oid`;

const usedType = `(is_all OR t.oid IN (
  SELECT coalesce(nullif(u.typelem, 0), u.oid) FROM pg_attribute a JOIN pg_type u ON u.oid = a.atttypid WHERE a.attrelid = ANY (tables)))`;

export const types = `
  SELECT sql FROM (
    SELECT t.oid, format('CREATE TYPE %s AS ENUM (%s)', t.oid::regtype,
      (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)) AS sql
    FROM pg_type t WHERE ${inPublic('t.typnamespace')} AND typtype = 'e' AND NOT ${ofExtension('pg_type', 't.oid')} AND ${usedType}
    UNION ALL
    SELECT t.oid, concat_ws(' ', format('CREATE DOMAIN %s AS %s', t.oid::regtype, format_type(typbasetype, t.typtypmod)),
      'DEFAULT ' || typdefault, CASE WHEN typnotnull THEN 'NOT NULL' END,
      (SELECT string_agg(format('CONSTRAINT %I %s', conname, pg_get_constraintdef(k.oid)), ' ' ORDER BY conname)
       FROM pg_constraint k WHERE contypid = t.oid AND contype = 'c'))
    FROM pg_type t WHERE ${inPublic('t.typnamespace')} AND typtype = 'd' AND NOT ${ofExtension('pg_type', 't.oid')} AND ${usedType}
  ) AS found ORDER BY oid`;

/** @param late those that name a table: it has to be there */
export const functions = (late: boolean) => `
  SELECT pg_get_functiondef(p.oid) AS sql FROM pg_proc p
  WHERE ${inPublic('pronamespace')} AND prokind IN ('f', 'p') AND NOT ${ofExtension('pg_proc', 'p.oid')}
    AND ${late ? '' : 'NOT'} EXISTS (
      SELECT FROM pg_depend d LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
        LEFT JOIN pg_type e ON e.oid = nullif(t.typelem, 0)
      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
        AND (d.refclassid = 'pg_class'::regclass OR t.typrelid <> 0 OR e.typrelid <> 0))
    AND (is_all OR p.oid IN (
      SELECT d.refobjid FROM pg_depend d WHERE d.refclassid = 'pg_proc'::regclass AND (
        (d.classid = 'pg_attrdef'::regclass AND d.objid IN (SELECT oid FROM pg_attrdef WHERE adrelid = ANY (tables)))
        OR (d.classid = 'pg_constraint'::regclass AND d.objid IN (SELECT oid FROM pg_constraint WHERE conrelid = ANY (tables)))
        OR (d.classid = 'pg_class'::regclass AND d.objid IN (SELECT indexrelid FROM pg_index WHERE indrelid = ANY (tables))))))
  ORDER BY p.oid`;

export const sequenceOptions = `format('INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s %s', seqincrement, seqmin, seqmax,
  seqstart, seqcache, CASE WHEN seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END)`;

/** A sequence with the column that owns it (deptype a), or whose identity it is (i). */
export const sequenceFrom = `FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid
  LEFT JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.refclassid = 'pg_class'::regclass AND o.deptype IN ('a', 'i')
  WHERE ${inPublic('c.relnamespace')} AND NOT ${ofExtension('pg_class', 'c.oid')}
    AND (is_all OR o.refobjid = ANY (tables) OR EXISTS (
      SELECT FROM pg_depend d JOIN pg_attrdef f ON f.oid = d.objid
      WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND f.adrelid = ANY (tables)))`;

export const sequences = `
  SELECT format('CREATE SEQUENCE %s AS %s %s', c.oid::regclass, format_type(seqtypid, NULL), ${sequenceOptions}) AS sql
  ${sequenceFrom} AND o.deptype IS DISTINCT FROM 'i' ORDER BY c.relname COLLATE "C"`;

export const ownedSequences = `
  SELECT format('ALTER SEQUENCE %s OWNED BY %s.%I', c.oid::regclass, o.refobjid::regclass,
    (SELECT attname FROM pg_attribute WHERE attrelid = o.refobjid AND attnum = o.refobjsubid)) AS sql
  ${sequenceFrom} AND o.deptype = 'a' AND (is_all OR o.refobjid = ANY (tables)) ORDER BY c.relname COLLATE "C"`;

/** What a column has beyond its definition. */
export const columnSettings = `
  SELECT format('ALTER TABLE ONLY %s ALTER COLUMN %I SET STORAGE %s', a.attrelid::regclass, attname,
      CASE attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END) AS sql
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = ANY (tables) AND attnum > 0 AND NOT attisdropped AND attstorage <> typstorage
  UNION ALL
  SELECT format('ALTER TABLE ONLY %s ALTER COLUMN %I SET STATISTICS %s', a.attrelid::regclass, attname, attstattarget)
    FROM pg_attribute a WHERE a.attrelid = ANY (tables) AND attnum > 0 AND NOT attisdropped AND coalesce(attstattarget, -1) >= 0`;

/** Of a partition those that it does not have from its parent. */
export const keys = `
  SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(k.oid)) AS sql
  FROM pg_constraint k WHERE conrelid = ANY (tables) AND contype IN ('p', 'u', 'x', 'c') AND coninhcount = 0
  ORDER BY contype = 'c', conrelid::regclass::text, conname`;

/** @param resolved those to tables that are exported, too; else those to others */
export const foreignKeys = (resolved: boolean) => `
  SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(k.oid)) AS sql
  FROM pg_constraint k WHERE conrelid = ANY (tables) AND contype = 'f' AND conparentid = 0 AND ${resolved ? '' : 'NOT'} confrelid = ANY (tables)
  ORDER BY conrelid::regclass::text, conname`;

/** Of a partitioned table the server prints the statement for its own index alone, without those of the partitions. */
export const indexes = `
  SELECT CASE r.relkind WHEN 'p' THEN replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') ELSE pg_get_indexdef(i.indexrelid) END AS sql
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class r ON r.oid = i.indrelid
  WHERE i.indrelid = ANY (tables) AND NOT c.relispartition
    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid AND contype IN ('p', 'u', 'x'))
  ORDER BY r.relname COLLATE "C", c.relname COLLATE "C"`;

export const triggers = `
  SELECT pg_get_triggerdef(t.oid) || CASE tgenabled WHEN 'O' THEN '' ELSE format(E';\\nALTER TABLE %s %s TRIGGER %I', tgrelid::regclass,
      CASE tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, tgname) END AS sql
  FROM pg_trigger t WHERE tgrelid = ANY (tables) AND NOT tgisinternal AND tgparentid = 0 ORDER BY tgrelid::regclass::text, tgname`;

export const rules = `
  SELECT rtrim(pg_get_ruledef(w.oid), '; ') AS sql FROM pg_rewrite w WHERE ev_class = ANY (tables) ORDER BY w.oid`;

export const views = `
  SELECT format('CREATE %sVIEW %s AS %s%s', CASE relkind WHEN 'm' THEN 'MATERIALIZED ' ELSE '' END, c.oid::regclass,
      rtrim(pg_get_viewdef(c.oid), ';'), CASE relkind WHEN 'm' THEN ' WITH NO DATA' ELSE '' END) AS sql
  FROM pg_class c WHERE is_all AND ${inPublic('relnamespace')} AND relkind IN ('v', 'm') AND NOT ${ofExtension('pg_class', 'c.oid')}
  ORDER BY c.oid`;

export const materialized = `
  SELECT format('REFRESH MATERIALIZED VIEW %s', c.oid::regclass) AS sql FROM pg_class c
  WHERE is_all AND ${inPublic('relnamespace')} AND relkind = 'm' AND relispopulated AND NOT ${ofExtension('pg_class', 'c.oid')} ORDER BY c.oid`;

export const comments = `
  SELECT format('COMMENT ON %s IS %L', place, description) AS sql FROM (
    SELECT CASE WHEN objsubid > 0 THEN format('COLUMN %s.%I', c.oid::regclass, attname)
        WHEN relkind = 'i' OR relkind = 'I' THEN format('INDEX %s', c.oid::regclass)
        WHEN relkind IN ('r', 'p') THEN format('TABLE %s', c.oid::regclass) END AS place, description
      FROM pg_description d JOIN pg_class c ON d.classoid = 'pg_class'::regclass AND c.oid = d.objoid
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid
      WHERE c.oid = ANY (tables) OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = ANY (tables))
    UNION ALL
    SELECT format('%s %s', CASE prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::regprocedure), description
      FROM pg_description d JOIN pg_proc p ON d.classoid = 'pg_proc'::regclass AND p.oid = d.objoid
      WHERE is_all AND ${inPublic('pronamespace')} AND prokind IN ('f', 'p') AND NOT ${ofExtension('pg_proc', 'p.oid')}
    UNION ALL
    SELECT format('CONSTRAINT %I ON %s', conname, conrelid::regclass), description
      FROM pg_description d JOIN pg_constraint k ON d.classoid = 'pg_constraint'::regclass AND k.oid = d.objoid
      WHERE conrelid = ANY (tables) AND (contype <> 'f' OR confrelid = ANY (tables))
    UNION ALL
    SELECT format('TRIGGER %I ON %s', tgname, tgrelid::regclass), description
      FROM pg_description d JOIN pg_trigger t ON d.classoid = 'pg_trigger'::regclass AND t.oid = d.objoid
      WHERE is_all AND tgrelid = ANY (tables) AND tgparentid = 0
  ) AS described WHERE place IS NOT NULL ORDER BY place COLLATE "C"`;

/** What no revision of ours makes, and nothing here writes: by kind and name. */
export const strangers = `
  SELECT 'type ' || t.oid::regtype AS sql FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE ${inPublic('typnamespace')} AND (typtype = 'r' OR c.relkind = 'c') AND NOT ${ofExtension('pg_type', 't.oid')}
  UNION ALL SELECT 'aggregate ' || p.oid::regprocedure FROM pg_proc p
    WHERE ${inPublic('pronamespace')} AND prokind NOT IN ('f', 'p') AND NOT ${ofExtension('pg_proc', 'p.oid')}
  UNION ALL SELECT 'foreign table ' || c.oid::regclass FROM pg_class c WHERE ${inPublic('relnamespace')} AND relkind = 'f'
  UNION ALL SELECT format('policy %I on %s', polname, polrelid::regclass) FROM pg_policy WHERE polrelid = ANY (tables)
  UNION ALL SELECT 'row security of ' || c.oid::regclass FROM pg_class c WHERE c.oid = ANY (tables) AND c.relrowsecurity
  UNION ALL SELECT 'statistics ' || stxname FROM pg_statistic_ext WHERE stxrelid = ANY (tables)
  UNION ALL SELECT 'event trigger ' || evtname FROM pg_event_trigger
  UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema')`;
