//! Commands of people in care.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use doorknock::model::cadence::Cadence;
use doorknock::model::care::{CareCategory, LegalBasis, RiskLevel};
use doorknock::model::kinds::EndReason;

use crate::values::{basis, cadence, category, date, door_id, end_reason, filled, person_id, risk};

/// Of `care`.
#[derive(Debug, Subcommand)]
pub(crate) enum CareVerb {
    /// 登记关爱需求 / Record care needs of a person
    Add(AddCare),
    /// 复核：移动复核日期，可改风险等级 / Look at needs again: move the review, change the risk
    Review(ReviewCare),
    /// 结束关爱需求 / End care needs
    End(EndCare),
    /// 关爱对象列表 / People in care, in walking order
    List(ListCare),
    /// 一个人的全部内容 / All of one person
    Show(ShowPerson),
    /// 让走访计划按关爱需求重算 / Let plans follow the care needs again
    Replan(Replan),
    /// 各风险等级的走访频次 / How often each level of risk is due
    Cadence(LevelCadence),
}

/// Of `person`.
#[derive(Debug, Subcommand)]
pub(crate) enum PersonVerb {
    /// 修改姓名、电话、备注 / Change name, phone number or remark
    Edit(EditPerson),
    /// 一个人的全部内容 / All of one person
    Show(ShowPerson),
}

/// Who agreed to a need's being kept.
#[derive(Debug, Args)]
pub(crate) struct ConsentArgs {
    /// 谁同意：本人或监护人 / Who agreed: the resident or a guardian
    #[arg(long, value_name = "NAME", value_parser = filled,
          requires_all = ["consent_on", "consent_for", "consent_until"])]
    pub(crate) consent_by: Option<String>,
    /// 何时同意 / When
    #[arg(long, value_name = "DATE", value_parser = date, requires = "consent_by")]
    pub(crate) consent_on: Option<NaiveDate>,
    /// 用于什么 / For what
    #[arg(long, value_name = "TEXT", value_parser = filled, requires = "consent_by")]
    pub(crate) consent_for: Option<String>,
    /// 到何时为止 / Until when
    #[arg(long, value_name = "DATE", value_parser = date, requires = "consent_by")]
    pub(crate) consent_until: Option<NaiveDate>,
}

/// Of `care add`.
#[derive(Debug, Args)]
pub(crate) struct AddCare {
    /// 门户编号，或其开头至少 4 位 / The door's id, or at least 4 of its first digits
    #[arg(long, value_name = "ID", value_parser = door_id)]
    pub(crate) door: String,
    /// 姓名 / The person's name
    #[arg(long, value_name = "NAME", value_parser = filled)]
    pub(crate) name: String,
    /// 电话 / A phone number
    #[arg(long, value_name = "NUMBER", value_parser = filled)]
    pub(crate) phone: Option<String>,
    /// 类别，可重复 / A category; may be repeated
    #[arg(long, required = true, value_parser = category())]
    pub(crate) category: Vec<CareCategory>,
    /// 风险等级（默认按类别）/ Risk (default: by category)
    #[arg(long, value_parser = risk())]
    pub(crate) risk: Option<RiskLevel>,
    /// 走访频次（默认按风险等级）/ How often (default: by risk)
    #[arg(long, value_name = "CADENCE", value_parser = cadence)]
    pub(crate) cadence: Option<Cadence>,
    /// 依据：法定职责，或本人同意 / Basis: statutory duty, or consent
    #[arg(long, default_value = "statutory", value_parser = basis(),
          requires_if("consent", "consent_by"), requires_if("本人同意", "consent_by"))]
    pub(crate) basis: LegalBasis,
    #[command(flatten)]
    pub(crate) consent: ConsentArgs,
    /// 复核日期（默认一年后）/ When to look at it again (default: in a year)
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) review: Option<NaiveDate>,
    /// 走访时要知道的事 / What whoever visits should know
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
}

/// Of `care review`.
#[derive(Debug, Args)]
pub(crate) struct ReviewCare {
    /// 人员编号，或其开头至少 4 位 / The person's id, or at least 4 of its first digits
    #[arg(value_name = "PERSON", value_parser = person_id)]
    pub(crate) person: String,
    /// 只复核这一类（默认全部）/ Only this category (default: all)
    #[arg(long, value_parser = category())]
    pub(crate) category: Option<CareCategory>,
    /// 风险等级 / Risk
    #[arg(long, value_parser = risk())]
    pub(crate) risk: Option<RiskLevel>,
    /// 走访频次 / How often
    #[arg(long, value_name = "CADENCE", value_parser = cadence)]
    pub(crate) cadence: Option<Cadence>,
    /// 走访频次恢复为按风险等级 / How often: by risk again
    #[arg(long, conflicts_with = "cadence")]
    pub(crate) by_risk: bool,
    #[command(flatten)]
    pub(crate) consent: ConsentArgs,
    /// 下次复核日期（默认一年后）/ When to look at it again (default: in a year)
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) next: Option<NaiveDate>,
    /// 复核情况 / What was found
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
}

/// Of `care end`.
#[derive(Debug, Args)]
pub(crate) struct EndCare {
    /// 人员编号，或其开头至少 4 位 / The person's id, or at least 4 of its first digits
    #[arg(value_name = "PERSON", value_parser = person_id)]
    pub(crate) person: String,
    /// 只结束这一类（默认全部）/ Only this category (default: all)
    #[arg(long, value_parser = category())]
    pub(crate) category: Option<CareCategory>,
    /// 原因 / Why
    #[arg(long, value_parser = end_reason())]
    pub(crate) reason: EndReason,
    /// 说明 / Remark
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
}

/// Of `care list`.
#[derive(Debug, Args)]
pub(crate) struct ListCare {
    /// 只列这个网格 / Of this grid only
    #[arg(long, value_name = "CODE")]
    pub(crate) grid: Option<String>,
    /// 只列到期要复核的 / Only those to look at again
    #[arg(long)]
    pub(crate) due_review: bool,
}

/// Of `care show` and `person show`.
#[derive(Debug, Args)]
pub(crate) struct ShowPerson {
    /// 人员编号，或其开头至少 4 位 / The person's id, or at least 4 of its first digits
    #[arg(value_name = "PERSON", value_parser = person_id)]
    pub(crate) person: String,
}

/// Of `care replan`.
#[derive(Debug, Args)]
pub(crate) struct Replan {
    /// 只算这一户，人工设定的计划也重算；不写则重算所有不符的
    /// / This door only, also where a person chose the plan; without it every plan that does not follow
    #[arg(value_name = "DOOR", value_parser = door_id)]
    pub(crate) door: Option<String>,
}

/// Of `care cadence`.
#[derive(Debug, Args)]
pub(crate) struct LevelCadence {
    /// 风险等级 / The level to change
    #[arg(long, value_parser = risk(), requires = "every")]
    pub(crate) risk: Option<RiskLevel>,
    /// 频次：daily、weekly、monthly、quarterly、every:10、weekdays:135
    /// / How often: daily, weekly, monthly, quarterly, every:10, weekdays:135
    #[arg(long, value_name = "CADENCE", value_parser = cadence, requires = "risk")]
    pub(crate) every: Option<Cadence>,
}

/// Of `person edit`.
#[derive(Debug, Args)]
pub(crate) struct EditPerson {
    /// 人员编号，或其开头至少 4 位 / The person's id, or at least 4 of its first digits
    #[arg(value_name = "PERSON", value_parser = person_id)]
    pub(crate) person: String,
    /// 修改所依据的版本（默认当前）/ The version the edit is based on (default: the current one)
    #[arg(long, value_name = "VERSION")]
    pub(crate) version: Option<String>,
    /// 姓名 / The name
    #[arg(long, value_name = "NAME", value_parser = filled)]
    pub(crate) name: Option<String>,
    /// 电话，空则清除 / The phone number; empty clears it
    #[arg(long, value_name = "NUMBER")]
    pub(crate) phone: Option<String>,
    /// 备注，空则清除 / The remark; empty clears it
    #[arg(long, value_name = "TEXT")]
    pub(crate) remark: Option<String>,
}
