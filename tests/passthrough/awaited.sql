-- What tests/passthrough/awaited.sh has SQLite do: each kind of statement, functions, sorting, a rollback, an error.
create table t(a integer primary key, b text, c real);
with recursive n(i) as (select 1 union all select i+1 from n where i<300) insert into t select i, printf('%05d',(i*7919)%1000), i/7.0 from n;
create index tb on t(b);
select count(*), sum(c), avg(a), min(b), max(b) from t;
select b, count(*) from t group by b%10 order by 2 desc, 1 limit 5;
select group_concat(x.b,',') from t x join t y on x.b=y.b where x.a<20;
select json_extract('{"a":[1,2,{"b":3}]}','$.a[2].b'), upper('abc'), substr('hello',2,3), date('2020-01-31','+1 month');
update t set c=c*2 where a%3=0; delete from t where a%5=0;
begin; insert into t values(1000,'x',1.5); rollback;
select count(*), round(sum(c),6) from t;
select * from t where b like '%9%' order by c desc limit 4;
explain query plan select * from t where b='00100';
create view v as select a, rank() over (order by b) r from t; select * from v limit 3;
vacuum; pragma integrity_check;
select 1/0, 'it''s', x'414243', typeof(1.0), abs(-5), coalesce(null,2), 10 % 3, 5 & 3, 7 >> 1, 'a' || 'b';
select broken;
