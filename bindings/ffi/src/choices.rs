//! Enumerations of the model. Each has `Unknown` for what only a newer version knows: it is shown as
//! unknown and never recorded. Each has the terms that people read.

use doorknock::model::{access, address, care, kinds};

macro_rules! choices {
    ($(#[$doc:meta])* $name:ident of $model:ty { $($(#[$vdoc:meta])* $variant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
            /// A value of a newer version: shown as unknown, never recorded.
            Unknown,
        }

        #[uniffi::export]
        impl $name {
            /// The term for people, in both languages.
            pub fn label(&self) -> crate::records::Bilingual {
                let (word, zh) = match self {
                    $(Self::$variant => (<$model>::$variant.word(), <$model>::$variant.zh()),)*
                    Self::Unknown => ("unknown", "未知"),
                };
                crate::records::Bilingual {
                    zh: zh.to_owned(),
                    en: word.replace('_', " "),
                }
            }
        }

        const _: () = {
            type Model = $model;

            impl From<Model> for $name {
                fn from(value: Model) -> Self {
                    match value {
                        $(Model::$variant => Self::$variant,)*
                        _ => Self::Unknown,
                    }
                }
            }

            impl From<Option<Model>> for $name {
                /// Nothing is what the facade says of a value of a newer version.
                fn from(value: Option<Model>) -> Self {
                    value.map_or(Self::Unknown, Self::from)
                }
            }

            impl TryFrom<$name> for Model {
                type Error = crate::DoorknockError;
                fn try_from(value: $name) -> crate::error::Result<Self> {
                    match value {
                        $($name::$variant => Ok(Self::$variant),)*
                        $name::Unknown => Err(crate::error::unknown_choice()),
                    }
                }
            }
        };
    };
}

pub(crate) use choices;

choices! {
    /// What a visit found.
    Outcome of kinds::Outcome {
        /// Somebody was met.
        Met,
        /// Nobody answered.
        NobodyHome,
        /// The visit was declined.
        Refused,
        /// They have moved away.
        MovedAway,
        /// The person has died.
        Deceased,
    }
}

choices! {
    /// How a visit was made.
    Channel of kinds::Channel {
        /// Inside the home.
        InPerson,
        /// At the door, not inside.
        AtTheDoor,
        /// By telephone.
        Phone,
        /// By video call.
        Video,
    }
}

choices! {
    /// What somebody decided about a door on a day's list.
    DecisionKind of kinds::DecisionKind {
        /// The author goes there.
        Take,
        /// The door is left out that day.
        Skip,
        /// A member is to go there.
        Assign,
        /// The door is put on the list.
        Add,
        /// Earlier decisions no longer count. Lists show what counts, so this never stands in one.
        Cancel,
    }
}

choices! {
    /// What makes a period special.
    PeriodKind of kinds::PeriodKind {
        /// A heat wave (高温).
        HeatWave,
        /// A cold wave (寒潮).
        ColdWave,
        /// A flood, a typhoon (防汛防台).
        Flood,
        /// An epidemic (疫情).
        Epidemic,
        /// Any other.
        Another,
    }
}

choices! {
    /// What a member is in the community.
    MemberRole of access::Role {
        /// May change the charter: grids, invitations. Includes everything staff may do.
        Admin,
        /// Office staff: every grid's rounds and casework.
        Staff,
        /// A grid worker: the rounds and casework of the grids named.
        Worker,
        /// A volunteer: the rounds of the grids named; never casework. Comes in a later version.
        Volunteer,
    }
}

choices! {
    /// What kind of door one knocks on.
    DoorKind of address::DoorKind {
        /// People live here (住户).
        Household,
        /// A shop (商户).
        Shop,
        /// A firm or another organisation (企业).
        Enterprise,
        /// A gatehouse, a boiler room, a bicycle shed (公共设施).
        Facility,
        /// Nobody lives or works here now (空置).
        Vacant,
    }
}

choices! {
    /// What sort of estate a compound is.
    CompoundKind of kinds::CompoundKind {
        /// Bought and sold on the market (商品房).
        Commodity,
        /// Public housing sold to its tenants (售后公房).
        SoldPublic,
        /// An old walk-up (老旧小区).
        WalkUp,
        /// Waiting to be relocated (待动迁).
        AwaitingRelocation,
        /// A shopping street (商圈).
        ShoppingStreet,
    }
}

choices! {
    /// What makes a resident one to care for (重点关爱对象).
    CareCategory of care::CareCategory {
        /// 独居.
        LivesAlone,
        /// 空巢.
        EmptyNest,
        /// 留守.
        LeftBehind,
        /// 失能.
        UnableToSelfCare,
        /// 残疾.
        Disabled,
        /// 低保.
        MinimumLivingAllowance,
        /// 特困.
        Destitute,
        /// 困境儿童.
        ChildInDifficulty,
        /// 失独.
        LostOnlyChild,
        /// 孕产妇.
        ExpectingOrNewlyDelivered,
        /// 慢病.
        ChronicIllness,
    }
}

choices! {
    /// How closely a need is followed; the most pressing first.
    RiskLevel of care::RiskLevel {
        /// 高.
        High,
        /// 重点.
        Key,
        /// 一般.
        General,
    }
}

choices! {
    /// On what legal ground a care need is kept.
    LegalBasis of care::LegalBasis {
        /// A law or regulation makes it the community's duty (法定职责).
        StatutoryDuty,
        /// The resident, or a guardian, agreed (本人同意).
        Consent,
    }
}

choices! {
    /// Why a care need ended.
    EndReason of kinds::EndReason {
        /// They moved away.
        Moved,
        /// The person has died.
        Deceased,
        /// It is no longer so.
        Recovered,
        /// They no longer agree to its being kept.
        Withdrawn,
        /// Any other.
        Another,
    }
}

choices! {
    /// A sort of task for a person.
    TodoKind of doorknock::TodoKind {
        /// Care needs are to be looked at again.
        Review,
        /// A plan does not follow the care needs.
        Plan,
        /// Values were written side by side.
        Conflict,
        /// A visit found that somebody moved away or died: a person confirms it.
        Outcome,
        /// A case is to be looked at again.
        Case,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use doorknock::model::matter;

    use super::*;
    use crate::error::{DoorknockError, unknown_choice};
    use crate::matters::{
        MatterKind, MatterPlace, MatterSource, MatterStage, MatterStep, Satisfaction, Urgency,
    };
    use crate::records::Bilingual;

    /// Each value crosses and comes back, and `newer` is not recorded.
    fn crosses<M, C>(all: &[M], newer: Option<M>)
    where
        M: Copy + Debug + PartialEq + TryFrom<C, Error = DoorknockError>,
        C: Copy + Debug + PartialEq + From<M>,
    {
        assert!(!all.is_empty());
        for known in all {
            assert_eq!(M::try_from(C::from(*known)), Ok(*known));
        }
        if let Some(newer) = newer {
            assert_eq!(M::try_from(C::from(newer)), Err(unknown_choice()));
        }
    }

    macro_rules! open {
        ($($choice:ty, $of:ty;)*) => {
            $(crosses::<$of, $choice>(<$of>::ALL, Some(<$of>::from_code(200)));)*
        };
    }

    macro_rules! closed {
        ($($choice:ty, $of:ty;)*) => {$({
            crosses::<$of, $choice>(&<$of>::ALL, None);
            assert_eq!(<$choice>::from(None::<$of>), <$choice>::Unknown);
        })*};
    }

    #[test]
    fn a_choice_has_a_term_in_both_languages_and_so_has_an_unknown_one() {
        let Bilingual { zh, en } = Outcome::NobodyHome.label();
        assert_eq!((zh.as_str(), en.as_str()), ("无人在家", "nobody home"));
        let Bilingual { zh, en } = RiskLevel::Unknown.label();
        assert_eq!((zh.as_str(), en.as_str()), ("未知", "unknown"));
    }

    #[test]
    fn every_choice_crosses_and_comes_back_and_an_unknown_one_is_not_recorded() {
        open! {
            Outcome, kinds::Outcome;
            Channel, kinds::Channel;
            DecisionKind, kinds::DecisionKind;
            PeriodKind, kinds::PeriodKind;
            CompoundKind, kinds::CompoundKind;
            EndReason, kinds::EndReason;
            MatterKind, matter::MatterKind;
            MatterPlace, matter::Place;
            MatterSource, matter::Source;
            MatterStage, matter::Stage;
            MatterStep, matter::Step;
            Satisfaction, matter::Satisfaction;
            Urgency, matter::Urgency;
        }
        closed! {
            MemberRole, access::Role;
            DoorKind, address::DoorKind;
            RiskLevel, care::RiskLevel;
            LegalBasis, care::LegalBasis;
        }
        let newer = Some(care::CareCategory::Other(200));
        crosses::<_, CareCategory>(&care::CareCategory::ALL, newer);
    }
}
