-- Up Migration

-- What can be done about an error is its hint. Only a key stands before `": `, as quotes in a text are escaped.
UPDATE dataset_imports SET error = regexp_replace(error::text, '(?<!\\)"mend": ', '"hint": ', 'g')::jsonb
    WHERE error ? 'mend';
UPDATE dataset_imports SET validation = regexp_replace(validation::text, '(?<!\\)"mend": ', '"hint": ', 'g')::jsonb
    WHERE validation::text LIKE '%"mend": %';
ALTER TABLE datasets DISABLE TRIGGER datasets_touch;
UPDATE datasets SET validation_result = regexp_replace(validation_result::text, '(?<!\\)"mend": ', '"hint": ', 'g')::jsonb
    WHERE validation_result::text LIKE '%"mend": %';
ALTER TABLE datasets ENABLE TRIGGER datasets_touch;
UPDATE jobs SET error = regexp_replace(error::text, '(?<!\\)"mend": ', '"hint": ', 'g')::jsonb
    WHERE error ? 'mend';

-- Down Migration

UPDATE dataset_imports SET error = regexp_replace(error::text, '(?<!\\)"hint": ', '"mend": ', 'g')::jsonb
    WHERE error ? 'hint';
UPDATE dataset_imports SET validation = regexp_replace(validation::text, '(?<!\\)"hint": ', '"mend": ', 'g')::jsonb
    WHERE validation::text LIKE '%"hint": %';
ALTER TABLE datasets DISABLE TRIGGER datasets_touch;
UPDATE datasets SET validation_result = regexp_replace(validation_result::text, '(?<!\\)"hint": ', '"mend": ', 'g')::jsonb
    WHERE validation_result::text LIKE '%"hint": %';
ALTER TABLE datasets ENABLE TRIGGER datasets_touch;
UPDATE jobs SET error = regexp_replace(error::text, '(?<!\\)"hint": ', '"mend": ', 'g')::jsonb
    WHERE error ? 'hint';
