"""Which client process has which user, and what part of the traffic it sends."""

from bench.clients.lines import ActivityRates, Route, TrafficShare
from bench.clients.wire import GROUP, SINGLE
from bench.run.dataset import Dataset
from bench.run.plan import Plan, Traffic


class Placement:
    """Users 2i and 2i+1, who may be a pair, are together. `users`: for each process the numbers of its
    users."""

    def __init__(self, plan: Plan, processes: int) -> None:
        """`processes`: without the extra one of `plan.apart`."""
        self._plan = plan
        self.users: list[list[int]] = [[] for _ in range(processes + bool(plan.apart))]
        self._home: dict[int, tuple[int, int]] = {}  # user: (process, number in it)
        for user in range(plan.data.users):
            process = processes if user in plan.apart else user // 2 % processes
            self._home[user] = (process, len(self.users[process]))
            self.users[process].append(user)

    def traffic(
        self, process: int, dataset: Dataset, traffic: list[Traffic] | None = None
    ) -> list[TrafficShare]:
        """The traffic, the plan's unless there is another, as this process is told it: its own senders, and
        its share of rates and windows."""
        return [self._share(process, one, dataset) for one in traffic or self._plan.traffic]

    def activities(self) -> ActivityRates | None:
        """One process's share of what users do besides."""
        rates, processes = self._plan.activities, len(self.users)
        if rates is None:
            return None
        return ActivityRates(
            rates.reads / processes,
            rates.histories / processes,
            rates.uploads / processes,
            rates.departures / processes,
        )

    def _share(self, process: int, traffic: Traffic, dataset: Dataset) -> TrafficShare:
        routes = self._routes(process, traffic, dataset)
        everywhere = [self._home[sender][0] for sender, _ in traffic.to_groups + traffic.pairs]
        share = len(routes) / max(1, len(everywhere))
        senders = sorted(set(everywhere))
        window = limit = 0
        if routes:
            rank, many = senders.index(process), len(senders)
            window = traffic.window // many + (rank < traffic.window % many)
            limit = traffic.limit // many + (rank < traffic.limit % many)
        idle = not routes or (traffic.window and not window) or (traffic.limit and not limit)
        return TrafficShare(traffic.name, [] if idle else routes, traffic.rate * share, window, limit)

    def _routes(self, process: int, traffic: Traffic, dataset: Dataset) -> list[Route]:
        """From those senders of the traffic that are in this process."""
        routes = []
        for sender, group in traffic.to_groups:
            home, number = self._home[sender]
            if home == process:
                members = dataset.plan.groups[group]
                local = sum(self._home[user][0] == process for user in members) - 1
                routes.append(Route(number, GROUP, dataset.group_ids[group], len(members) - 1, local))
        for sender, receiver in traffic.pairs:
            home, number = self._home[sender]
            if home == process:
                local = int(self._home[receiver][0] == process)
                routes.append(Route(number, SINGLE, dataset.users[receiver].user_id, 1, local))
        return routes
