//! What columns may hold, and the headers that say so.

use super::forbidden::squeeze;
use crate::care::CareCategory;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Grid,
    Compound,
    Building,
    Unit,
    Floor,
    Room,
    /// The whole address in one cell.
    Whole,
    Name,
    /// The householder, owner or person in charge: the name where a row has no other.
    Householder,
    Phone,
    Category,
    /// A column of ticks for one category.
    Tick(CareCategory),
    Risk,
    Kind,
    ExternalId,
    Remark,
    /// A running number; not read.
    Sequence,
}

/// Field, its name in code, and its headers as [`plain`] leaves them.
const NAMES: &[(Field, &str, &[&str])] = &[
    (
        Field::Grid,
        "grid",
        &[
            "网格",
            "网格编码",
            "网格编号",
            "网格号",
            "网格代码",
            "网格名称",
            "网格名",
            "grid",
            "gridcode",
            "微网格",
            "责任网格",
        ],
    ),
    (
        Field::Compound,
        "compound",
        &[
            "小区",
            "小区名",
            "小区名称",
            "院落",
            "院落名称",
            "楼院",
            "小区院落",
            "片区",
            "compound",
            "estate",
        ],
    ),
    (
        Field::Building,
        "building",
        &[
            "楼栋",
            "楼栋号",
            "栋",
            "栋号",
            "楼号",
            "幢",
            "幢号",
            "楼幢",
            "楼幢号",
            "座",
            "号楼",
            "楼",
            "楼宇",
            "楼栋单元",
            "building",
        ],
    ),
    (
        Field::Unit,
        "unit",
        &["单元", "单元号", "单元门", "门栋", "门", "unit"],
    ),
    (Field::Floor, "floor", &["楼层", "层", "所在层", "floor"]),
    (
        Field::Room,
        "room",
        &[
            "房号",
            "门牌号",
            "门牌",
            "室",
            "室号",
            "房间号",
            "房间",
            "房屋号",
            "户号",
            "房室号",
            "户室号",
            "门号",
            "房屋门牌号",
            "room",
            "roomno",
            "door",
        ],
    ),
    (
        Field::Whole,
        "address",
        &[
            "地址",
            "详细地址",
            "住址",
            "家庭住址",
            "家庭地址",
            "居住地址",
            "现住址",
            "现居住地址",
            "房屋地址",
            "居住详址",
            "详址",
            "常住地址",
            "经营地址",
            "address",
        ],
    ),
    (
        Field::Name,
        "name",
        &[
            "姓名",
            "居民姓名",
            "住户姓名",
            "人员姓名",
            "对象姓名",
            "name",
        ],
    ),
    (
        Field::Householder,
        "name",
        &[
            "户主",
            "户主姓名",
            "户主名称",
            "业主",
            "业主姓名",
            "负责人",
            "负责人姓名",
            "经营者",
            "店主",
            "法人代表",
            "法定代表人",
            "联系人",
            "联系人姓名",
            "承租人",
            "householder",
            "owner",
        ],
    ),
    (
        Field::Phone,
        "phone",
        &[
            "电话",
            "联系电话",
            "电话号码",
            "手机",
            "手机号",
            "手机号码",
            "联系方式",
            "联系手机",
            "联系电话号码",
            "移动电话",
            "固定电话",
            "座机",
            "户主电话",
            "业主电话",
            "户主联系电话",
            "本人电话",
            "本人联系电话",
            "phone",
            "tel",
            "telephone",
            "mobile",
            "phonenumber",
        ],
    ),
    (
        Field::Category,
        "category",
        &[
            "关爱类别",
            "人员类别",
            "重点人群类别",
            "重点人群",
            "重点人员类别",
            "类别",
            "对象类别",
            "人群类别",
            "人群分类",
            "人员分类",
            "关爱对象类别",
            "重点关爱类别",
            "特殊人群类别",
            "特殊人群",
            "特殊群体",
            "困难类别",
            "困难类型",
            "人员类型",
            "关爱类型",
            "关爱对象",
            "重点关爱对象",
            "重点关爱",
            "category",
            "categories",
            "carecategory",
        ],
    ),
    (
        Field::Risk,
        "risk",
        &[
            "风险等级",
            "风险",
            "风险级别",
            "关注等级",
            "关爱等级",
            "risk",
            "risklevel",
        ],
    ),
    (
        Field::Kind,
        "kind",
        &[
            "房屋类型",
            "门类型",
            "房屋类别",
            "户类型",
            "户别",
            "房屋性质",
            "房屋用途",
            "用途",
            "房屋状态",
            "居住状态",
            "kind",
            "type",
            "doorkind",
        ],
    ),
    (
        Field::ExternalId,
        "external_id",
        &[
            "户编码",
            "房屋编码",
            "户编号",
            "房屋编号",
            "房屋代码",
            "户代码",
            "家庭编号",
            "房屋id",
            "externalid",
            "doorid",
        ],
    ),
    (
        Field::Remark,
        "remark",
        &[
            "备注",
            "备注信息",
            "说明",
            "备注说明",
            "附注",
            "remark",
            "remarks",
            "note",
            "notes",
        ],
    ),
    (
        Field::Sequence,
        "sequence",
        &["序号", "序", "no", "no.", "行号", "#", "number"],
    ),
];

impl Field {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Tick(category) => category.word(),
            field => NAMES.iter().find(|n| n.0 == field).map_or("", |n| n.1),
        }
    }

    /// What a single header names, by its whole text.
    pub(super) fn of(header: &str) -> Option<Self> {
        let header = plain(header);
        let exact = |text: &str| NAMES.iter().find(|n| n.2.contains(&text)).map(|n| n.0);
        let trimmed = ["所属", "所在", "是否为", "是否是", "是否", "*"]
            .iter()
            .fold(header.as_str(), |h, lead| h.strip_prefix(lead).unwrap_or(h))
            .trim_end_matches(|c: char| c.is_ascii_digit() || ":*#".contains(c));
        exact(&header)
            .or_else(|| exact(trimmed))
            .or_else(|| Self::of_several(&header))
            .or_else(|| CareCategory::parse(trimmed).map(Self::Tick))
    }

    /// 「楼栋/幢」 is one field under two names; 「楼栋-单元-室」 is a whole address.
    fn of_several(header: &str) -> Option<Self> {
        let pieces: Vec<&str> = header
            .split(['/', '、', '-', '或', '\\', '|'])
            .filter(|p| !p.is_empty())
            .collect();
        if pieces.len() < 2 {
            return None;
        }
        let fields: Vec<Self> = pieces
            .iter()
            .map(|p| NAMES.iter().find(|n| n.2.contains(p)).map(|n| n.0))
            .collect::<Option<_>>()?;
        let is_part = |f: &Self| {
            matches!(
                f,
                Self::Compound | Self::Building | Self::Unit | Self::Floor | Self::Room
            )
        };
        let is_name = |f: &Self| matches!(f, Self::Name | Self::Householder);
        if fields.iter().all(|f| *f == fields[0]) {
            Some(fields[0])
        } else if fields.iter().all(is_name) {
            Some(Self::Name)
        } else {
            (fields.iter().all(is_part) && fields.contains(&Self::Room)).then_some(Self::Whole)
        }
    }
}

/// The header without blanks and what stands in brackets.
pub(super) fn plain(header: &str) -> String {
    let mut depth = 0_u32;
    let squeezed = squeeze(header);
    let out: String = squeezed
        .chars()
        .filter(|c| {
            let open = matches!(c, '(' | '[' | '【' | '{' | '〔' | '<');
            let close = matches!(c, ')' | ']' | '】' | '}' | '〕' | '>');
            depth = if open { depth + 1 } else { depth };
            let keep = depth == 0;
            depth = if close {
                depth.saturating_sub(1)
            } else {
                depth
            };
            keep && !close
        })
        .collect();
    if out.is_empty() { squeezed } else { out }
}
