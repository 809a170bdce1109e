#!/bin/sh
# table.sh: how many cases each file of cases.txt has and what stands for them, as the table of docs/asyncio-tests.md.
awk '
    /^#/ || NF == 0 { next }
    /^[^ ]/ { file = $1; order[++files] = file; next }
    /^  [^ ]/ { next }
    { cases[file]++ }
    $2 == "-" { without[file, $3]++; gone[file]++; kinds[$3]; next }
    $2 == "!" { otherwise[file]++; next }
    { same[file]++ }
    function number(n) { return n ? n : "" }
    function row(name, a, b, c, d) { printf "| %s | %s | %s | %s | %s |\n", name, number(a), number(b), number(c), d }
    END {
        print "| file | cases | restated | end otherwise | do not apply |"
        print "| --- | --- | --- | --- | --- |"
        split("python private refused absent windows", names, " ")
        for (i = 1; i <= files; i++) {
            file = order[i]
            reasons = ""
            for (k = 1; k <= 5; k++)
                if (without[file, names[k]]) {
                    reasons = reasons (reasons ? ", " : "") without[file, names[k]] " " names[k]
                    total[names[k]] += without[file, names[k]]
                }
            row("`" file "`", cases[file], same[file], otherwise[file], reasons)
            all += cases[file]; all_same += same[file]; all_otherwise += otherwise[file]
        }
        reasons = ""
        for (k = 1; k <= 5; k++)
            reasons = reasons (reasons ? ", " : "") total[names[k]] " " names[k]
        row("all", all, all_same, all_otherwise, reasons)
    }' "$(dirname "$0")/cases.txt"
