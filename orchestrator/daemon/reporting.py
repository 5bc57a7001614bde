"""The report of a project, from a desk at its journal."""

from orchestrator.daemon.desk import Desk
from orchestrator.model.report_answers import ReportAnswer
from orchestrator.policy.plan import make_plan
from orchestrator.views.planned import plan_answer
from orchestrator.views.report import Source


async def full_report(desk: Desk, since: int) -> ReportAnswer:
    """Put the report together; `since` (milliseconds) begins the period it tells of in detail."""
    now, seat = desk.now(), desk.seat()
    plan = plan_answer(desk.world, make_plan(desk.world, seat, now), now, seat.settings.calendar)
    source = Source(desk.world, await desk.commits(), await desk.status(), plan, now)
    return source.report(desk.project.name, since)
