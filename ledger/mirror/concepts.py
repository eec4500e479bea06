"""Every fold of the product in one place, and the table of the events that they read."""

from ledger.mirror import acts, members, models
from ledger.mirror.fold import Folds

FOLDS = Folds(
    rules={**acts.RULES, **members.RULES},
    projections=(
        models.ACT,
        models.RELAYER,
        models.KIND,
        models.MEMBER,
        models.MEMBER_KEY,
        models.MEMBER_SLOT,
    ),
)
