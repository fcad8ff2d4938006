# What is done often. `just --list` names it; every line can be run without just, too.

# The first minutes: a campaign in a world of its own.
demo:
    dotnet run -c Release --project src/OrleansCampaigns.Host -- demo

# The whole solution, warnings being errors.
build:
    dotnet build OrleansCampaigns.sln -c Release -m:1

# All tests: needs PostgreSQL, Dovecot, Postfix and Chromium.
test:
    dotnet test OrleansCampaigns.sln -c Release -m:1

# The tests that need nothing but the SDK.
test-fast:
    dotnet test OrleansCampaigns.sln -c Release -m:1 --filter "Needs!=PostgreSQL&Needs!=Dovecot&Needs!=Postfix&Needs!=Chromium&Speed!=slow"

# One class of a project: just test-class Storage ImportResumeTests
test-class project class:
    dotnet test tests/OrleansCampaigns.{{project}}.Tests -c Release --filter "FullyQualifiedName~{{class}}"

# Blanks and line ends, as the gate looks at them.
format:
    dotnet format whitespace OrleansCampaigns.sln

# A benchmark: just bench throughput --recipients 20000
bench *arguments:
    dotnet run -c Release --project tests/OrleansCampaigns.Benchmarks -- {{arguments}}

# What the gate does.
ci:
    .ci/run
