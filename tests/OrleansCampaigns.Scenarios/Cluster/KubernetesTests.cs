using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Host.Serving;
using OrleansCampaigns.Mail;
using OrleansCampaigns.Storage.Postgres;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>What is said in one manifest is what the others rely on.</summary>
public sealed class KubernetesTests
{
    private const string Folder = "deploy/kubernetes";

    // All documents of all files, those of the migration included.
    private static readonly List<JsonNode> Manifests =
    [
        .. Directory.EnumerateFiles(DeploymentFiles.PathOf(Folder), "*.yaml", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "kustomization.yaml")
            .Order(StringComparer.Ordinal)
            .SelectMany(DeploymentFiles.ReadYaml),
    ];

    private static readonly Dictionary<string, string> Settings =
        DeploymentFiles.ReadVariables($"{Folder}/settings.env");

    private static IEnumerable<JsonNode> Workloads =>
        Manifests.Where(manifest => (string?)manifest["kind"] is "Deployment" or "Job");

    private static IEnumerable<JsonNode> Deployments => Workloads.Where(workload => (string?)workload["kind"] != "Job");

    public static TheoryData<string> Names => [.. Workloads.Select(NameOf)];

    [Fact]
    public void Everything_that_the_files_name_is_there()
    {
        foreach (var folder in (string[])[Folder, $"{Folder}/migrate"])
        {
            var kustomization = DeploymentFiles.ReadYaml($"{folder}/kustomization.yaml").Single();
            Assert.All(
                kustomization["resources"]!.AsArray(),
                file => Assert.True(File.Exists(DeploymentFiles.PathOf($"{folder}/{file}"))));
            Assert.Equal("orleans-campaigns", (string?)kustomization["images"]![0]!["name"]);
        }

        string[] kinds =
        [
            "Deployment", "Deployment", "Ingress", "Job", "NetworkPolicy", "PodDisruptionBudget",
            "PodDisruptionBudget", "Secret", "Secret", "Service",
        ];
        Assert.Equal(kinds, Manifests.Select(manifest => (string)manifest["kind"]!).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_settings_of_a_workload_are_valid(string name)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            DeploymentFiles.SettingsOf(VariablesOf(Find(name))).Select(
                setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build();

        var server = ServerSettings.Read(configuration);
        var postgres = configuration.GetSection(PostgresOptions.Section).Get<PostgresOptions>()!;
        Assert.Null(new PostgresOptionsValidator().Validate(null, postgres).FailureMessage);
        if ((string?)Find(name)["kind"] == "Job")
        {
            Assert.True(postgres.Migrate);
            return;
        }

        Assert.False(postgres.Migrate);
        Assert.Equal(PortsOf(Find(name))["http"], new Uri(server.Listen).Port);
        using var services = new ServiceCollection().AddLogging()
            .AddSingleton<IConfiguration>(configuration).AddOrleansCampaignsMail(configuration)
            .PostConfigure<MailOptions>(options => options.Key ??= new string('k', MailOptions.KeyLengthMin))
            .BuildServiceProvider();
        Assert.Single(services.GetRequiredService<IOptions<MailOptions>>().Value.Relays);
    }

    [Fact]
    public void A_silo_opens_the_ports_that_it_listens_on_and_advertises_its_pod()
    {
        var silo = Find("orleans-campaigns-silo");
        var ports = PortsOf(silo);
        Assert.Equal(Settings["ORLEANSCAMPAIGNS_Cluster__SiloPort"], $"{ports["silo"]}");
        Assert.Equal(Settings["ORLEANSCAMPAIGNS_Cluster__GatewayPort"], $"{ports["gateway"]}");
        var address = ContainerOf(silo)["env"]!.AsArray().Single()!;
        Assert.Equal("ORLEANSCAMPAIGNS_Cluster__AdvertisedAddress", (string?)address["name"]);
        Assert.Equal("status.podIP", (string?)address["valueFrom"]!["fieldRef"]!["fieldPath"]);
    }

    [Fact]
    public void The_image_opens_the_same_ports()
    {
        var image = ContainerFile.Ports.ToList();
        Assert.Equal(PortsOf(Find("orleans-campaigns-silo")).Values.Order(), image.Order());
        var listen = new Uri(ContainerFile.Variables["ORLEANSCAMPAIGNS_Listen"]).Port;
        Assert.Contains(listen, image);
        Assert.Equal($"127.0.0.1:8025:{listen}", ComposeFile.Read(new Dictionary<string, string>
        {
            ["POSTGRES_PASSWORD"] = "secret",
        }).Services["api"].Ports.Single());
    }

    [Fact]
    public void Probes_ask_what_a_process_answers_on_a_port_that_its_container_has()
    {
        foreach (var deployment in Deployments)
        {
            var container = ContainerOf(deployment);
            foreach (var probe in (string[])["startupProbe", "readinessProbe", "livenessProbe"])
            {
                var get = container[probe]!["httpGet"]!;
                Assert.Contains((string)get["port"]!, PortsOf(deployment));
                Assert.Equal(
                    probe switch
                    {
                        "readinessProbe" => "/health/ready",
                        "livenessProbe" => "/health/live",
                        _ => (string?)get["path"],
                    },
                    (string?)get["path"]);
                Assert.Contains((string?)get["path"], (string[])["/health/ready", "/health/live"]);
            }
        }
    }

    [Fact]
    public void Services_budgets_and_policies_select_pods_and_ports_that_exist()
    {
        foreach (var deployment in Deployments)
        {
            Assert.Equal($"{LabelsOf(deployment)}", $"{deployment["spec"]!["selector"]!["matchLabels"]}");
        }

        var api = Find("orleans-campaigns-api");
        var service = Manifests.Single(manifest => (string?)manifest["kind"] == "Service");
        Assert.Equal($"{LabelsOf(api)}", $"{service["spec"]!["selector"]}");
        var port = service["spec"]!["ports"]!.AsArray().Single()!;
        Assert.Contains((string)port["targetPort"]!, PortsOf(api));

        var backend = DeploymentFiles.ReadYaml($"{Folder}/ingress.example.yaml").Single()
            ["spec"]!["rules"]![0]!["http"]!["paths"]![0]!["backend"]!["service"]!;
        Assert.Equal(((string?)service["metadata"]!["name"], (string?)port["name"]),
            ((string?)backend["name"], (string?)backend["port"]!["name"]));

        var budgets = Manifests.Where(manifest => (string?)manifest["kind"] == "PodDisruptionBudget");
        Assert.Equal(
            Deployments.Select(deployment => $"{LabelsOf(deployment)}").Order(),
            budgets.Select(budget => $"{budget["spec"]!["selector"]!["matchLabels"]}").Order());

        var silo = Find("orleans-campaigns-silo");
        var policy = Manifests.Single(manifest => (string?)manifest["kind"] == "NetworkPolicy")["spec"]!;
        Assert.Equal($"{LabelsOf(silo)}", $"{policy["podSelector"]!["matchLabels"]}");
        Assert.Equal(
            PortsOf(silo).Keys.Order(),
            policy["ingress"]!.AsArray().Select(rule => (string)rule!["ports"]![0]!["port"]!).Order());
    }

    [Fact]
    public void A_pod_may_take_longer_to_stop_than_its_process_does()
    {
        foreach (var deployment in Deployments)
        {
            var limit = Number(PodOf(deployment)["terminationGracePeriodSeconds"]);
            var before = Number(ContainerOf(deployment)["lifecycle"]?["preStop"]!["exec"]!["command"]![1]);
            Assert.InRange(limit, Server.StopLimit.TotalSeconds + before + 1, 300);
            Assert.Equal("0", (string?)deployment["spec"]!["strategy"]!["rollingUpdate"]!["maxUnavailable"]);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_container_may_do_nothing_that_it_need_not(string name)
    {
        var container = ContainerOf(Find(name));
        var security = container["securityContext"]!;
        Assert.Equal("true", (string?)PodOf(Find(name))["securityContext"]!["runAsNonRoot"]);
        Assert.Equal("false", (string?)PodOf(Find(name))["automountServiceAccountToken"]);
        Assert.Equal("true", (string?)security["readOnlyRootFilesystem"]);
        Assert.Equal("false", (string?)security["allowPrivilegeEscalation"]);
        Assert.Equal("ALL", (string?)security["capabilities"]!["drop"]!.AsArray().Single());
        Assert.NotNull(container["resources"]!["requests"]!["memory"]);
        Assert.NotNull(container["resources"]!["limits"]!["memory"]);
    }

    [Fact]
    public void The_image_restores_what_every_project_needs()
    {
        var projects = Directory.EnumerateFiles(DeploymentFiles.PathOf("src"), "*.csproj", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(DeploymentFiles.Root, file));
        Assert.Equal(
            projects.Order(StringComparer.Ordinal),
            ContainerFile.Lines.Where(line => line.StartsWith("COPY src/OrleansCampaigns.", StringComparison.Ordinal))
                .Select(line => line.Split(' ')[1]).Order(StringComparer.Ordinal));
    }

    private static int Number(JsonNode? text) => int.Parse((string?)text ?? "0", CultureInfo.InvariantCulture);

    private static JsonNode Find(string name) => Workloads.Single(workload => NameOf(workload) == name);

    private static string NameOf(JsonNode manifest) => (string)manifest["metadata"]!["name"]!;

    private static JsonNode PodOf(JsonNode workload) => workload["spec"]!["template"]!["spec"]!;

    private static JsonNode ContainerOf(JsonNode workload) => PodOf(workload)["containers"]!.AsArray().Single()!;

    private static JsonNode LabelsOf(JsonNode workload) => workload["spec"]!["template"]!["metadata"]!["labels"]!;

    private static Dictionary<string, int> PortsOf(JsonNode workload) => ContainerOf(workload)["ports"]!.AsArray()
        .ToDictionary(port => (string)port!["name"]!, port => Number(port!["containerPort"]));

    // As the kubelet puts them together: of the image, of what is named by envFrom, in order, and then by env.
    private static Dictionary<string, string> VariablesOf(JsonNode workload)
    {
        var variables = new Dictionary<string, string>(ContainerFile.Variables);
        foreach (var source in ContainerOf(workload)["envFrom"]!.AsArray())
        {
            var found = (string?)source!["configMapRef"]?["name"] == "orleans-campaigns"
                ? Settings
                : Manifests.Single(manifest => (string?)manifest["kind"] == "Secret"
                        && NameOf(manifest) == (string?)source["secretRef"]!["name"])["stringData"]!.AsObject()
                    .ToDictionary(secret => secret.Key, secret => (string)secret.Value!);
            foreach (var (variable, value) in found)
            {
                variables[variable] = value;
            }
        }

        return variables;
    }
}
